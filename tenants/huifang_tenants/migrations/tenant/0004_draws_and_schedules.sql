-- Draws from populations: a seed committed to before its period, the population closed, the members drawn (DEC-14).

CREATE TABLE draw (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    plan text NOT NULL,
    period text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    status text NOT NULL CHECK (status IN ('committed', 'gathering', 'closed', 'drawn', 'skipped')),
    replaces boolean NOT NULL,
    seed_enc bytea NOT NULL,
    commitment text NOT NULL,
    committed_at timestamptz NOT NULL,
    committed_late boolean NOT NULL,
    asked_at timestamptz,
    try_at timestamptz,
    population_hash text,
    closed_at timestamptz,
    closed_early boolean NOT NULL DEFAULT false,
    seed text,
    drawn_at timestamptz,
    seen_until timestamptz,
    document json NOT NULL DEFAULT '{}',
    CONSTRAINT draw_period_key UNIQUE (plugin, plan, period)
);
COMMENT ON COLUMN draw.seed_enc IS 'The seed, encrypted; seed is null until the population is closed and its hash in the ledger.';
COMMENT ON COLUMN draw.asked_at IS 'Somebody asked for it to be drawn at once, before or long after the end of its period.';
COMMENT ON COLUMN draw.try_at IS 'Wall time before which a draw that failed is not tried again.';
COMMENT ON COLUMN draw.seen_until IS 'Wall time up to which what came in was held against the closed population.';
CREATE INDEX draw_to_do_idx ON draw (last_day) WHERE status IN ('committed', 'gathering', 'closed');

CREATE TABLE draw_member (
    id uuid PRIMARY KEY,
    draw_id uuid NOT NULL REFERENCES draw (id),
    member text NOT NULL,
    contract_no text NOT NULL,
    claim_no text,
    happened_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('reserve', 'drawn', 'left_out', 'failed', 'late')),
    stratum text NOT NULL DEFAULT '',
    group_name text NOT NULL DEFAULT '',
    pool text,
    rank integer,
    drawn_at timestamptz,
    substitutes text,
    reason text,
    trace json,
    event_id uuid REFERENCES event (id),
    watched boolean NOT NULL DEFAULT false,
    late text,
    late_at timestamptz,
    CONSTRAINT draw_member_key UNIQUE (draw_id, member)
);
COMMENT ON COLUMN draw_member.status IS 'reserve: in the population, not drawn. left_out: the plan leaves it out. failed: the plan raised on it. late: came in after the closing.';
COMMENT ON COLUMN draw_member.reason IS 'Why it is left out, or why the one it substitutes came to nothing.';
COMMENT ON COLUMN draw_member.watched IS 'Drawn, and to be replaced should it come to nothing.';
COMMENT ON COLUMN draw_member.late IS 'What facts that came in after the closing would have changed; they changed nothing.';
CREATE INDEX draw_member_pool_idx ON draw_member (draw_id, pool, rank);
CREATE INDEX draw_member_contract_idx ON draw_member (contract_no, draw_id);
CREATE INDEX draw_member_untaken_idx ON draw_member (draw_id) WHERE status = 'drawn' AND event_id IS NULL;
CREATE INDEX draw_member_watched_idx ON draw_member (draw_id) WHERE watched;

-- Schedules: up to which day each was looked at, and what its days are found by.

CREATE TABLE schedule_progress (
    plugin text NOT NULL,
    schedule text NOT NULL,
    done_until date NOT NULL,
    done_to text NOT NULL DEFAULT '',
    CONSTRAINT schedule_progress_pkey PRIMARY KEY (plugin, schedule)
);
COMMENT ON COLUMN schedule_progress.done_until IS 'The last day of which every event was taken in.';
COMMENT ON COLUMN schedule_progress.done_to IS 'The contract number up to which the day after it is done.';

ALTER TABLE contract ADD COLUMN issued_on date;
UPDATE contract SET issued_on = (base ->> 'issued_on')::date WHERE base ->> 'issued_on' IS NOT NULL;
CREATE INDEX contract_issued_on_idx ON contract (issued_on) WHERE issued_on IS NOT NULL;
CREATE INDEX contract_effective_on_idx ON contract (effective_on) WHERE effective_on IS NOT NULL;
CREATE INDEX contract_expires_on_idx ON contract (expires_on) WHERE expires_on IS NOT NULL;

ALTER TABLE customer ADD COLUMN birthday_blind bytea;
COMMENT ON COLUMN customer.birthday_blind IS 'Blind index of month and day of birth, by which birthdays are found.';
CREATE INDEX customer_birthday_idx ON customer (birthday_blind) WHERE birthday_blind IS NOT NULL;
CREATE INDEX customer_birthday_missing_idx ON customer (id) WHERE birthday_blind IS NULL AND birth_date_enc IS NOT NULL;

-- Cases that rules open: by which rule, from which event, and why.

ALTER TABLE case_file
    ADD COLUMN key text,
    ADD COLUMN rule text,
    ADD COLUMN event_id uuid REFERENCES event (id),
    ADD COLUMN root_event_id text,
    ADD COLUMN input_hash text,
    ADD COLUMN trace json,
    ADD CONSTRAINT case_file_key_key UNIQUE (contract_id, key);
COMMENT ON COLUMN case_file.key IS 'Of a case opened by a rule: what it is opened for, once per contract.';
COMMENT ON COLUMN case_file.withdrawn IS 'What opened it, an answer or an event, was changed or taken back afterwards: flagged, not deleted.';
ALTER TABLE case_entry DROP CONSTRAINT case_entry_kind_check;
ALTER TABLE case_entry ADD CONSTRAINT case_entry_kind_check CHECK (kind IN ('opened', 'assigned', 'commented', 'solved',
    'closed', 'reopened', 'escalated', 'withdrawn', 'restored'));

-- A seller's departure names no contract and is an event of all that were sold (LN-2).

CREATE INDEX contract_seller_idx ON contract (seller_no, id) WHERE seller_no IS NOT NULL;
CREATE INDEX event_departed_idx ON event ((payload ->> 'seller_no'))
    WHERE type = 'seller.departed' AND contract_no IS NULL;
CREATE INDEX event_departed_against_idx ON event (source, (coalesce(corrects, retracts)))
    WHERE type = 'seller.departed' AND contract_no IS NULL;
