-- Rows that an import refused are kept as they came for a while, so that their sender can correct them and send them again.

ALTER TABLE import_run ADD COLUMN header_enc bytea;
ALTER TABLE import_run ADD COLUMN failed_rows bigint NOT NULL DEFAULT 0;
ALTER TABLE import_run ADD COLUMN failed_rows_until timestamptz;
COMMENT ON COLUMN import_run.header_enc IS 'The header of a table as it came, encrypted, as long as rows of it are kept.';
COMMENT ON COLUMN import_run.failed_rows IS 'Refused rows that are kept as they came.';
COMMENT ON COLUMN import_run.failed_rows_until IS 'Wall time from which the kept rows are erased; NULL: there are none.';
CREATE INDEX import_run_failed_rows_idx ON import_run (failed_rows_until) WHERE failed_rows_until IS NOT NULL;

ALTER TABLE import_problem ADD COLUMN row_enc bytea;
COMMENT ON COLUMN import_problem.row_enc IS 'The whole row as it came, encrypted; with the first error of its row alone.';
