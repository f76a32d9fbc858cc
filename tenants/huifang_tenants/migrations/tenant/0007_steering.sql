-- Work is steered: which script versions are filed with a regulator (LN-6), what is stopped, what was recalled, times agreed (HI-2).

CREATE TABLE script_filing (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    script text NOT NULL,
    hash text NOT NULL REFERENCES script_version (hash),
    items text[] NOT NULL,
    filed_on date NOT NULL,
    authority text NOT NULL,
    reference text NOT NULL,
    document_sha256 text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    withdrawn_on date,
    withdrawal_reason text,
    withdrawn_by text,
    withdrawn_at timestamptz
);
COMMENT ON TABLE script_filing IS 'That one version of a script was filed with an authority in writing.';
COMMENT ON COLUMN script_filing.items IS 'The content items that this version covers.';
COMMENT ON COLUMN script_filing.withdrawn_on IS 'First day on which it no longer counts.';
CREATE UNIQUE INDEX script_filing_standing_idx ON script_filing (hash, authority) WHERE withdrawn_on IS NULL;
COMMENT ON TABLE script_version IS 'append-only: every script as it stood when a contact used it, or when it was filed (GEN-2, LN-6).';
COMMENT ON COLUMN script_version.first_used_at IS 'When it was first kept: used by a contact, or filed.';

-- By these it is found in time that a filing is missing.
CREATE INDEX obligation_filed_idx ON obligation (plugin, script)
    WHERE status = 'open' AND (draft ->> 'filed_script')::boolean;

CREATE TABLE stop (
    id uuid PRIMARY KEY,
    plugin text,
    script text,
    channel text,
    reason text NOT NULL,
    stopped_by text NOT NULL,
    stopped_at timestamptz NOT NULL,
    lift_reason text,
    lifted_by text,
    lifted_at timestamptz,
    CONSTRAINT stop_script_of_plugin CHECK (script IS NULL OR plugin IS NOT NULL)
);
COMMENT ON TABLE stop IS 'Work not to be given out or begun. What is null is meant whole: all plugins, all their scripts, all channels.';
CREATE INDEX stop_standing_idx ON stop (plugin, script, channel) WHERE lifted_at IS NULL;

CREATE TABLE recall (
    id uuid PRIMARY KEY,
    wanted json NOT NULL,
    recalled integer NOT NULL,
    reason text NOT NULL,
    recalled_by text NOT NULL,
    recalled_at timestamptz NOT NULL,
    lift_reason text,
    lifted_by text,
    lifted_at timestamptz
);
COMMENT ON TABLE recall IS 'Obligations made wrongly and taken off the books together.';
COMMENT ON COLUMN recall.wanted IS 'By which filter they were found.';
ALTER TABLE obligation ADD COLUMN recall_id uuid REFERENCES recall (id);
COMMENT ON COLUMN obligation.recall_id IS 'The recall that took it off the books, until that is lifted: it is not made again.';
CREATE INDEX obligation_recall_idx ON obligation (recall_id) WHERE recall_id IS NOT NULL;

-- Times agreed with customers (HI-2).

ALTER TABLE obligation
    ADD COLUMN appointment_at timestamptz,
    ADD COLUMN appointment_watch_at timestamptz,
    ADD COLUMN appointment json;
COMMENT ON COLUMN obligation.appointment_at IS 'Business time at which the customer expects to be contacted; null: no time is agreed.';
COMMENT ON COLUMN obligation.appointment_watch_at IS 'When it is looked at next: to remind of it, then to find it missed.';
COMMENT ON COLUMN obligation.appointment IS 'How the time was agreed and by whom, and which times before it were missed.';
CREATE INDEX obligation_appointment_idx ON obligation (appointment_watch_at)
    WHERE appointment_watch_at IS NOT NULL AND status = 'open';

-- Lists that a team leader gives out (HT-8, DEC-8).

ALTER TABLE obligation
    ADD COLUMN listed boolean NOT NULL DEFAULT false,
    ADD COLUMN assignee uuid REFERENCES staff (id),
    ADD COLUMN assigned_at timestamptz;
COMMENT ON COLUMN obligation.listed IS 'Given to somebody, or to be given out: nobody else takes it from the queue.';
UPDATE obligation SET listed = true WHERE (draft ->> 'given_out')::boolean OR draft ->> 'vendor' IS NOT NULL;

DROP INDEX obligation_queue_idx;
CREATE INDEX obligation_queue_idx
    ON obligation (channel, priority DESC, due_by, id, unit, callable_from, around_the_clock)
    WHERE status = 'open' AND NOT listed;
CREATE INDEX obligation_assignee_idx
    ON obligation (assignee, channel, priority DESC, due_by, id, callable_from)
    WHERE status = 'open' AND assignee IS NOT NULL;
CREATE INDEX obligation_to_give_out_idx ON obligation (due_by, id) WHERE status = 'open' AND listed AND assignee IS NULL;
