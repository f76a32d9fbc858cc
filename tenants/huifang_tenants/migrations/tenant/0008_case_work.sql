-- Working on cases: where a case came from and went to, how its time is counted, paused, reminded of and escalated.

ALTER TABLE case_file
    ADD COLUMN origin text,
    ADD COLUMN counted_in text NOT NULL DEFAULT 'given' CHECK (counted_in IN ('working_days', 'minutes', 'given')),
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN paused_until timestamptz,
    ADD COLUMN remind_at timestamptz,
    ADD COLUMN escalate_at timestamptz,
    ADD COLUMN escalated_to text,
    ADD CONSTRAINT case_file_pause_ends CHECK ((paused_at IS NULL) = (paused_until IS NULL));
UPDATE case_file SET escalate_at = due_by WHERE overdue_marked_at IS NULL AND status IN ('open', 'assigned');
COMMENT ON COLUMN case_file.origin IS 'The unit the matter belongs to, where that is not the one that solves it.';
COMMENT ON COLUMN case_file.counted_in IS 'How its time is counted: as its class says, or to a deadline that was given.';
COMMENT ON COLUMN case_file.escalated_to IS 'The highest unit that was told it is overdue.';
CREATE INDEX case_file_escalate_idx ON case_file (escalate_at) WHERE escalate_at IS NOT NULL;
CREATE INDEX case_file_remind_idx ON case_file (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX case_file_paused_idx ON case_file (paused_until) WHERE paused_until IS NOT NULL;

ALTER TABLE case_entry ADD COLUMN details json;
COMMENT ON COLUMN case_entry.details IS 'What changed, without personal data: units from and to, the class, until when.';
ALTER TABLE case_entry DROP CONSTRAINT case_entry_kind_check;
ALTER TABLE case_entry ADD CONSTRAINT case_entry_kind_check CHECK (kind IN ('opened', 'assigned', 'commented', 'solved',
    'closed', 'reopened', 'escalated', 'withdrawn', 'restored', 'handed_up', 'handed_down', 'classified', 'paused', 'resumed',
    'order_sent', 'order_answered', 'order_accepted', 'order_returned', 'order_cancelled', 'adopted', 'declined', 'finding_added',
    'effect_recorded', 'customer_satisfied', 'customer_dissatisfied'));

-- Suggestions that are adopted or declined (CARE-3), plans of improvements with what they came from and what they came to (CI-6).

ALTER TABLE case_file
    ADD COLUMN kind text NOT NULL DEFAULT 'problem' CHECK (kind IN ('problem', 'suggestion', 'improvement_plan')),
    ADD COLUMN decision text CHECK (decision IN ('adopted', 'declined')),
    ADD COLUMN effect text CHECK (effect IN ('achieved', 'partly', 'not_achieved')),
    ADD COLUMN plan_id uuid REFERENCES case_file (id);
COMMENT ON COLUMN case_file.kind IS 'From its class.';
COMMENT ON COLUMN case_file.plan_id IS 'The plan of improvements that this case is a finding of.';
CREATE INDEX case_file_plan_idx ON case_file (plan_id) WHERE plan_id IS NOT NULL;

CREATE TABLE work_order (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES case_file (id),
    number smallint NOT NULL,
    unit text NOT NULL,
    department text,
    status text NOT NULL CHECK (status IN ('sent', 'answered', 'accepted', 'cancelled')),
    due_by timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    sent_by text NOT NULL,
    answered_at timestamptz,
    answered_by text,
    decided_at timestamptz,
    returned integer NOT NULL DEFAULT 0,
    overdue_marked_at timestamptz,
    CONSTRAINT work_order_number_key UNIQUE (case_id, number)
);
COMMENT ON TABLE work_order IS 'A part of a case that a responsible department does (PC-4); what is asked and answered stands in the history of the case.';
CREATE INDEX work_order_unit_idx ON work_order (unit, due_by);
CREATE INDEX work_order_sent_idx ON work_order (sent_at, id);
CREATE INDEX work_order_unanswered_idx ON work_order (due_by) WHERE status = 'sent' AND overdue_marked_at IS NULL;

-- The customer has the last word (PF-4, SD-4): a case is asked about once it is solved, and closed after that.

ALTER TABLE case_file
    ADD COLUMN second_callback boolean NOT NULL DEFAULT false,
    ADD COLUMN callback_round integer,
    ADD COLUMN callback_event_id uuid REFERENCES event (id),
    ADD COLUMN callback_result text CHECK (callback_result IN ('satisfied', 'dissatisfied'));
COMMENT ON COLUMN case_file.second_callback IS 'From its class: the customer is called about it once it is solved.';
COMMENT ON COLUMN case_file.callback_round IS 'How often it had been solved when it was asked about last, by callback_event_id.';
CREATE INDEX case_file_second_callback_idx ON case_file (id) WHERE second_callback AND status <> 'closed';

-- Who has died or can't answer any more is not called, until somebody says otherwise; callers can ring up themselves.

ALTER TABLE customer ADD COLUMN not_contactable text CHECK (not_contactable IN ('deceased', 'unable'));
COMMENT ON COLUMN customer.not_contactable IS 'Why the person is not called any more; what is owed stays on the books, and is as overdue as ever (DEC-2).';
ALTER TABLE contact ADD COLUMN inbound boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN contact.inbound IS 'The customer rang up: no attempt of ours, and nothing was dialled.';

-- Gifts (CARE-1), and what customers need (CARE-3).

CREATE TABLE gift (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customer (id),
    unit text NOT NULL,
    occasion text NOT NULL CHECK (occasion IN ('birthday', 'holiday', 'other')),
    description text NOT NULL,
    value numeric(10, 2) NOT NULL CHECK (value > 0),
    status text NOT NULL CHECK (status IN ('requested', 'approved', 'declined', 'given', 'cancelled')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    counts_in smallint NOT NULL,
    decided_by text,
    decided_at timestamptz,
    given_on date,
    given_by text,
    revision integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE gift IS 'The register of gifts; reasons stand in the ledger.';
COMMENT ON COLUMN gift.counts_in IS 'The calendar year whose limit it counts towards.';
CREATE INDEX gift_customer_idx ON gift (customer_id, counts_in);
CREATE INDEX gift_requested_idx ON gift (requested_at, id);

ALTER TABLE person_note ADD COLUMN need text, ADD COLUMN recorded_by text;
COMMENT ON COLUMN person_note.need IS 'What the customer needs, where it says that: protection, retirement, health …';
