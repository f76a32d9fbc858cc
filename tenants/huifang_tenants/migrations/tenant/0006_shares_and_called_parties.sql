-- Who was called is on record: the policyholder, or another whom the rule names (HT-7, PC-3, MS-1).

ALTER TABLE contact ADD COLUMN called_party text NOT NULL DEFAULT 'policyholder';
COMMENT ON COLUMN contact.called_party IS 'Part of whoever was called; customer_id is their record, or the policyholder''s for somebody not on file.';

-- A share of channels is past its limit only by approval (LN-5, DEC-9).

CREATE TABLE limit_approval (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    limit_id text NOT NULL,
    period text NOT NULL,
    unit text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    used_for uuid[] NOT NULL DEFAULT '{}',
    reason text NOT NULL,
    approved_by text NOT NULL,
    approved_at timestamptz NOT NULL,
    CONSTRAINT limit_approval_spent CHECK (cardinality(used_for) <= number)
);
COMMENT ON TABLE limit_approval IS 'For how many obligations of a unit and those below it somebody let a share be passed, with the reason.';
COMMENT ON COLUMN limit_approval.used_for IS 'The obligations it was given for, or has been used for since.';
CREATE INDEX limit_approval_limit_idx ON limit_approval (plugin, limit_id, period);

CREATE INDEX obligation_completed_idx ON obligation (plugin, completed_at, completed_channel) WHERE status = 'completed';

-- What a supervisor decided about a person's own wish (DEC-6).

ALTER TABLE contact_restriction
    ADD COLUMN reason text,
    ADD COLUMN decision text CHECK (decision IN ('go_on', 'hold_back')),
    ADD COLUMN decision_reason text,
    ADD COLUMN decided_by text,
    ADD COLUMN decided_at timestamptz,
    ADD CONSTRAINT contact_restriction_decided CHECK ((decision IS NULL) = (decided_at IS NULL)
        AND (decision IS NULL OR kind = 'own_wish'));
COMMENT ON COLUMN contact_restriction.decision IS 'Of mandatory contacts: hold_back lets none be given out. Without one they go on, with the wish shown to the caller.';
