-- A tenant's tables. Names are unqualified: the runner sets the search path to the tenant's schema.
-- Columns of type bytea named *_enc hold personal data, encrypted with the tenant's field key.

CREATE TABLE unit (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT unit_code_key UNIQUE,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('head_office', 'province', 'city', 'county')),
    parent text,
    region text,
    supervisor text,
    path text[] NOT NULL DEFAULT '{}',
    policy_on_file boolean NOT NULL DEFAULT false,
    callback_department text,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN unit.path IS 'Codes from the head office down to this unit, itself included; filled on import.';
COMMENT ON COLUMN unit.policy_on_file IS 'The written callback policy is on file (SD-3).';
CREATE INDEX unit_path_idx ON unit USING gin (path);

CREATE TABLE staff (
    id uuid PRIMARY KEY,
    staff_no text NOT NULL CONSTRAINT staff_staff_no_key UNIQUE,
    name_enc bytea NOT NULL,
    unit text NOT NULL,
    roles text[] NOT NULL DEFAULT '{}',
    vendor text,
    phone_enc bytea,
    phone_blind bytea,
    trained_until date,
    is_seller boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL
);
CREATE INDEX staff_phone_blind_idx ON staff (phone_blind) WHERE phone_blind IS NOT NULL;

CREATE TABLE staff_training (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff (id),
    course text NOT NULL,
    held_on date NOT NULL,
    valid_until date NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX staff_training_staff_idx ON staff_training (staff_id);

CREATE TABLE customer (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    customer_no text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('individual', 'organisation')),
    id_type text,
    gender text,
    region text,
    name_enc bytea NOT NULL,
    id_number_enc bytea,
    birth_date_enc bytea,
    phones_enc bytea,
    emails_enc bytea,
    address_enc bytea,
    contact_enc bytea,
    legal_representative_enc bytea,
    identity_blind bytea CONSTRAINT customer_identity_key UNIQUE,
    search_blind bytea[] NOT NULL DEFAULT '{}',
    revision integer NOT NULL DEFAULT 1,
    merged_into uuid REFERENCES customer (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN customer.identity_blind IS 'Blind index of normalised ID type and number: one person, one row (DEC-10).';
COMMENT ON COLUMN customer.search_blind IS 'Blind indexes of name, ID number and its last four, phones and their last four (DEC-13).';
CREATE INDEX customer_search_idx ON customer USING gin (search_blind);

CREATE TABLE customer_ref (
    source text NOT NULL,
    customer_no text NOT NULL,
    customer_id uuid NOT NULL REFERENCES customer (id),
    content_hash bytea NOT NULL,
    as_of timestamptz,
    CONSTRAINT customer_ref_pkey PRIMARY KEY (source, customer_no)
);
COMMENT ON TABLE customer_ref IS 'Every number a person is known by, per source system (DEC-10).';
COMMENT ON COLUMN customer_ref.content_hash IS 'Keyed hash of what came in last under this number: the same again changes nothing.';
CREATE INDEX customer_ref_no_idx ON customer_ref (customer_no);
CREATE INDEX customer_ref_customer_idx ON customer_ref (customer_id);

CREATE TABLE contract (
    id uuid PRIMARY KEY,
    contract_no text NOT NULL CONSTRAINT contract_contract_no_key UNIQUE,
    source text NOT NULL,
    line text NOT NULL,
    product_code text,
    product_name text,
    product_class text,
    is_group boolean NOT NULL DEFAULT false,
    unit text NOT NULL,
    channel text,
    seller_no text,
    policyholder_no text NOT NULL,
    policyholder_id uuid REFERENCES customer (id),
    effective_on date,
    expires_on date,
    delivered_on date,
    status text NOT NULL,
    region text,
    base json NOT NULL,
    as_of timestamptz,
    version bigint NOT NULL DEFAULT 0,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN contract.base IS 'The contract as it came in last; the other columns show it as it stands, with later events applied.';
COMMENT ON COLUMN contract.revision IS 'Grows with every change to the contract or its events; two writers can''t both win.';
CREATE INDEX contract_policyholder_idx ON contract (policyholder_id);
CREATE INDEX contract_policyholder_no_idx ON contract (policyholder_no) WHERE policyholder_id IS NULL;
CREATE INDEX contract_unit_idx ON contract (unit, id);

CREATE TABLE event (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    contract_no text,
    claim_no text,
    sequence bigint,
    corrects text,
    retracts text,
    payload json,
    personal_enc bytea,
    content_hash bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('accepted', 'parked')),
    park_reason text,
    park_detail text,
    import_id uuid,
    CONSTRAINT event_source_event_id_key UNIQUE (source, event_id)
);
COMMENT ON COLUMN event.payload IS 'Payload without personal data, which stands in personal_enc.';
COMMENT ON COLUMN event.park_reason IS 'unknown_contract, unknown_policyholder, unknown_unit, rule_failed, unmatched_callback.';
CREATE INDEX event_contract_idx ON event (contract_no) WHERE contract_no IS NOT NULL;
CREATE INDEX event_parked_idx ON event (park_reason, received_at) WHERE status = 'parked';
CREATE INDEX event_type_happened_idx ON event (type, happened_at);

CREATE TABLE obligation (
    id uuid PRIMARY KEY,
    contract_id uuid NOT NULL REFERENCES contract (id),
    key text NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    customer_id uuid NOT NULL REFERENCES customer (id),
    unit text NOT NULL,
    plugin text NOT NULL,
    plugin_version text NOT NULL,
    rule text NOT NULL,
    cites text[] NOT NULL,
    kind text NOT NULL,
    event_id uuid NOT NULL REFERENCES event (id),
    root_event_id text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'open', 'completed', 'unreachable', 'expired', 'voided',
        'superseded', 'cancelled', 'historic')),
    status_reason text,
    after_due text NOT NULL CHECK (after_due IN ('continue', 'stop')),
    due_from timestamptz,
    due_by timestamptz,
    provisional boolean NOT NULL DEFAULT false,
    born_late text,
    opens_on text,
    alarm_on date,
    priority smallint NOT NULL,
    script text NOT NULL,
    draft json NOT NULL,
    trace json NOT NULL,
    parameters_on date NOT NULL,
    settings_version integer NOT NULL,
    calendar text NOT NULL,
    input_hash text NOT NULL,
    fingerprint text NOT NULL,
    rung smallint NOT NULL DEFAULT 0,
    channel text NOT NULL,
    rung_attempts smallint NOT NULL DEFAULT 0,
    attempts smallint NOT NULL DEFAULT 0,
    callable_from timestamptz,
    lease_staff uuid REFERENCES staff (id),
    lease_until timestamptz,
    lease_contact uuid,
    completed_at timestamptz,
    completed_contact uuid,
    completed_channel text,
    successful boolean NOT NULL DEFAULT false,
    closed_at timestamptz,
    replaced_by uuid,
    overdue_marked_at timestamptz,
    at_risk_marked_at timestamptz,
    born_late_noticed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT obligation_key_generation_key UNIQUE (contract_id, key, generation),
    CONSTRAINT obligation_window_known CHECK (due_by IS NOT NULL OR status IN ('waiting', 'voided', 'cancelled',
        'superseded', 'completed', 'historic'))
);
COMMENT ON TABLE obligation IS 'That a customer must be contacted, why, and within which window [due_from, due_by).';
COMMENT ON COLUMN obligation.lease_until IS 'Wall time. A lease that has run out frees the obligation without any job.';
COMMENT ON COLUMN obligation.overdue_marked_at IS 'When its being overdue was escalated; whether it is overdue never hangs on it (DEC-2).';
COMMENT ON COLUMN obligation.at_risk_marked_at IS 'When its deadline on the next working day was announced, once.';
COMMENT ON COLUMN obligation.born_late_noticed_at IS 'When its being late at birth was announced, once (DEC-4).';
COMMENT ON COLUMN obligation.callable_from IS 'Business time of the next attempt: the start of the window, a retry delay, a wish to be called back.';
CREATE INDEX obligation_contract_idx ON obligation (contract_id);
CREATE INDEX obligation_customer_idx ON obligation (customer_id) WHERE status = 'open';
-- Unit and callable_from order nothing; they let what a claim can't take be passed over without a look at the table.
CREATE INDEX obligation_queue_idx ON obligation (channel, priority DESC, due_by, id, unit, callable_from)
    WHERE status = 'open';
CREATE INDEX obligation_due_idx ON obligation (due_by, id);
CREATE INDEX obligation_unit_idx ON obligation (unit, due_by);
CREATE INDEX obligation_lease_idx ON obligation (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX obligation_waiting_idx ON obligation (alarm_on) WHERE status = 'waiting';
CREATE INDEX obligation_provisional_idx ON obligation (contract_id) WHERE provisional;
CREATE INDEX obligation_unmarked_idx ON obligation (due_by)
    WHERE overdue_marked_at IS NULL AND status IN ('open', 'unreachable');
CREATE INDEX obligation_overdue_idx ON obligation (unit, kind)
    WHERE overdue_marked_at IS NOT NULL AND status IN ('open', 'unreachable');
CREATE INDEX obligation_born_late_idx ON obligation (unit) WHERE born_late IS NOT NULL AND born_late_noticed_at IS NULL;

CREATE TABLE script_version (
    hash text PRIMARY KEY,
    plugin text NOT NULL,
    script text NOT NULL,
    version text NOT NULL,
    document json NOT NULL,
    first_used_at timestamptz NOT NULL
);
COMMENT ON TABLE script_version IS 'append-only: every script as it stood when a contact used it (GEN-2).';

CREATE TABLE contact (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer (id),
    staff_id uuid NOT NULL REFERENCES staff (id),
    client_id text,
    channel text NOT NULL,
    status text NOT NULL CHECK (status IN ('in_progress', 'concluded', 'abandoned')),
    language text NOT NULL DEFAULT 'zh-CN',
    number_enc bytea,
    number_index smallint,
    below_province boolean NOT NULL DEFAULT false,
    visitor_is_seller boolean NOT NULL DEFAULT false,
    identity_passed boolean NOT NULL DEFAULT false,
    dialled_at timestamptz,
    started_at timestamptz NOT NULL,
    concluded_at timestamptz,
    outcome text,
    call_back_at timestamptz,
    attempted boolean NOT NULL DEFAULT false,
    connected boolean NOT NULL DEFAULT false,
    right_party boolean NOT NULL DEFAULT false,
    completed boolean NOT NULL DEFAULT false,
    note_enc bytea,
    personal_enc bytea NOT NULL,
    snapshot json NOT NULL,
    revision integer NOT NULL DEFAULT 1
);
COMMENT ON COLUMN contact.personal_enc IS 'Facts of the customer that scripts quote, as they stood at the start.';
COMMENT ON COLUMN contact.snapshot IS 'Contract facts shown to the caller, without personal data, as they stood (SD-4).';
CREATE INDEX contact_customer_idx ON contact (customer_id, started_at);
CREATE INDEX contact_staff_idx ON contact (staff_id, started_at);
CREATE INDEX contact_started_idx ON contact (started_at, id);
CREATE INDEX contact_in_progress_idx ON contact (id) WHERE status = 'in_progress';

CREATE TABLE contact_section (
    id uuid PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contact (id),
    obligation_id uuid NOT NULL REFERENCES obligation (id),
    position smallint NOT NULL,
    script_hash text NOT NULL REFERENCES script_version (hash),
    state_enc bytea NOT NULL,
    result text,
    completed boolean NOT NULL DEFAULT false,
    affirmative boolean NOT NULL DEFAULT false,
    successful boolean NOT NULL DEFAULT false,
    CONSTRAINT contact_section_position_key UNIQUE (contact_id, position)
);
COMMENT ON COLUMN contact_section.state_enc IS 'Where the script stands; encrypted, since answers may hold personal data.';
COMMENT ON TABLE contact_section IS 'One obligation within one contact: bundled, never merged (DEC-5).';
CREATE INDEX contact_section_obligation_idx ON contact_section (obligation_id);

CREATE TABLE answer (
    id uuid PRIMARY KEY,
    section_id uuid NOT NULL REFERENCES contact_section (id),
    sequence integer NOT NULL,
    step text NOT NULL,
    item text,
    value_enc bytea NOT NULL,
    affirmative boolean,
    corrects integer,
    answered_at timestamptz NOT NULL,
    CONSTRAINT answer_sequence_key UNIQUE (section_id, sequence)
);
COMMENT ON TABLE answer IS 'append-only: a changed answer is a new row that corrects an earlier one (GEN-2).';

CREATE TABLE effect (
    section_id uuid NOT NULL REFERENCES contact_section (id),
    step text NOT NULL,
    index smallint NOT NULL,
    sequence integer NOT NULL,
    kind text NOT NULL,
    document json NOT NULL,
    carried_out_at timestamptz NOT NULL,
    undone_at timestamptz,
    result_id uuid,
    CONSTRAINT effect_pkey PRIMARY KEY (section_id, step, index)
);
COMMENT ON TABLE effect IS 'What an answer set off, once only per contact, step and effect.';

CREATE TABLE evidence (
    id uuid PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contact (id),
    kind text NOT NULL CHECK (kind IN ('recording', 'signed_scan', 'signed_receipt', 'reference')),
    status text NOT NULL CHECK (status IN ('arriving', 'stored', 'refused')),
    object_key text,
    content_type text,
    size_bytes bigint,
    sha256 bytea,
    reference text,
    uploaded_by text NOT NULL,
    created_at timestamptz NOT NULL,
    stored_at timestamptz
);
CREATE INDEX evidence_contact_idx ON evidence (contact_id);

CREATE TABLE case_file (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    plugin text,
    case_class text NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    status text NOT NULL CHECK (status IN ('open', 'assigned', 'solved', 'closed')),
    unit text NOT NULL,
    contract_id uuid REFERENCES contract (id),
    customer_id uuid REFERENCES customer (id),
    obligation_id uuid REFERENCES obligation (id),
    contact_id uuid REFERENCES contact (id),
    step text,
    subject text NOT NULL,
    assignee uuid REFERENCES staff (id),
    due_by timestamptz,
    opened_at timestamptz NOT NULL,
    solved_at timestamptz,
    solved_by text,
    closed_at timestamptz,
    reopened integer NOT NULL DEFAULT 0,
    withdrawn boolean NOT NULL DEFAULT false,
    overdue_marked_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    CONSTRAINT case_file_number_key UNIQUE (number)
);
COMMENT ON COLUMN case_file.withdrawn IS 'The answer that opened it was changed afterwards: flagged, not deleted.';
CREATE INDEX case_file_open_idx ON case_file (status, due_by);
CREATE INDEX case_file_opened_idx ON case_file (opened_at, id);
CREATE INDEX case_file_customer_idx ON case_file (customer_id);

CREATE TABLE case_entry (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES case_file (id),
    kind text NOT NULL CHECK (kind IN ('opened', 'assigned', 'commented', 'solved', 'closed', 'reopened', 'escalated',
        'withdrawn')),
    text_enc bytea,
    actor text NOT NULL,
    on_behalf_of text,
    at timestamptz NOT NULL
);
COMMENT ON TABLE case_entry IS 'append-only: the history of a case.';
CREATE INDEX case_entry_case_idx ON case_entry (case_id, at);

CREATE TABLE notice (
    id uuid PRIMARY KEY,
    role text,
    staff_id uuid REFERENCES staff (id),
    unit text,
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    message json NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz
);
COMMENT ON TABLE notice IS 'A message to a role or a member of staff, without personal data.';
CREATE INDEX notice_unseen_idx ON notice (role, created_at) WHERE seen_at IS NULL;

CREATE TABLE person_note (
    id uuid PRIMARY KEY,
    about_kind text NOT NULL CHECK (about_kind IN ('customer', 'staff')),
    about_ref text NOT NULL,
    contact_id uuid REFERENCES contact (id),
    text_enc bytea NOT NULL,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz
);
COMMENT ON COLUMN person_note.withdrawn_at IS 'When the answer behind it was corrected: flagged, not deleted.';
CREATE INDEX person_note_about_idx ON person_note (about_kind, about_ref);

CREATE TABLE alarm (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    details json NOT NULL,
    raised_at timestamptz NOT NULL,
    cleared_at timestamptz
);
COMMENT ON COLUMN alarm.kind IS 'control_total_gap, delivery_missing, obligation_overdue, case_overdue, stale_parameter …';
CREATE UNIQUE INDEX alarm_standing_idx ON alarm (kind, subject) WHERE cleared_at IS NULL;

CREATE TABLE control_total (
    source text NOT NULL,
    type text NOT NULL,
    day date NOT NULL,
    announced bigint NOT NULL,
    taken bigint,
    event_id uuid NOT NULL REFERENCES event (id),
    updated_at timestamptz NOT NULL,
    CONSTRAINT control_total_pkey PRIMARY KEY (source, type, day)
);
COMMENT ON TABLE control_total IS 'What the core system says it sent, per day and type; held against what came in.';
COMMENT ON COLUMN control_total.taken IS 'How many had come in when it was last counted; null: to be counted again.';
CREATE INDEX control_total_open_idx ON control_total (day) WHERE taken IS DISTINCT FROM announced;

CREATE TABLE import_run (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    file_name text NOT NULL,
    sha256 text,
    strict boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'done', 'refused', 'failed')),
    rows bigint NOT NULL DEFAULT 0,
    accepted bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    parked bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    warnings bigint NOT NULL DEFAULT 0,
    started_by text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX import_run_running_idx ON import_run (seen_at) WHERE status = 'running';
COMMENT ON COLUMN import_run.seen_at IS 'Wall time of the last sign of life: one that stays silent was cut off.';

CREATE TABLE import_problem (
    import_id uuid NOT NULL REFERENCES import_run (id),
    line bigint NOT NULL,
    field text NOT NULL,
    code text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning')),
    message json NOT NULL,
    position integer NOT NULL,
    CONSTRAINT import_problem_pkey PRIMARY KEY (import_id, line, position)
);

CREATE TABLE plugin_setting (
    plugin text NOT NULL,
    version integer NOT NULL,
    enabled boolean NOT NULL,
    settings json NOT NULL,
    parameters json NOT NULL,
    valid_from date,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT plugin_setting_pkey PRIMARY KEY (plugin, version)
);
COMMENT ON TABLE plugin_setting IS 'append-only: which plugins are on, with their settings, version by version (GEN-4).';

CREATE TABLE contact_restriction (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer (id),
    kind text NOT NULL CHECK (kind IN ('sales_refusal', 'own_wish')),
    valid_until timestamptz,
    recorded_by text NOT NULL,
    created_at timestamptz NOT NULL,
    lifted_at timestamptz
);
COMMENT ON TABLE contact_restriction IS 'Do not contact: a sales refusal never blocks a mandatory callback; a wish is shown to the caller (DEC-6).';
CREATE INDEX contact_restriction_customer_idx ON contact_restriction (customer_id);

CREATE TABLE ledger (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    content_hash bytea NOT NULL,
    reason text,
    details json
);
COMMENT ON TABLE ledger IS 'append-only: who did what, when, and the hash of the content; no personal data.';
CREATE INDEX ledger_subject_idx ON ledger (subject_id, at);
CREATE INDEX ledger_at_idx ON ledger (at, id);
