-- Work is steered: which script versions are filed with a regulator (LN-6).

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
