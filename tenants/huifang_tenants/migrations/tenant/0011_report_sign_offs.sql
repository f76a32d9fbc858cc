-- Figures signed off: a report as it stood, kept whole, so that what came in later shows as a difference.

CREATE TABLE report_sign_off (
    id uuid PRIMARY KEY,
    plugin text NOT NULL,
    plugin_version text,
    report text NOT NULL,
    period_first date NOT NULL,
    period_last date NOT NULL,
    unit text,
    as_of timestamptz NOT NULL,
    document json NOT NULL,
    sha256 text NOT NULL,
    signed_by text NOT NULL,
    signed_by_client text NOT NULL,
    note text,
    signed_at timestamptz NOT NULL
);
COMMENT ON TABLE report_sign_off IS 'append-only: a report over a period as somebody signed it.';
COMMENT ON COLUMN report_sign_off.as_of IS 'Business time at which the figures were counted; signed_at is wall time.';
COMMENT ON COLUMN report_sign_off.sha256 IS 'Over the text of the document, in hexadecimal; the ledger holds it, too.';
