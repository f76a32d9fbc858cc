-- Who was called is on record: the policyholder, or another whom the rule names (HT-7, PC-3, MS-1).

ALTER TABLE contact ADD COLUMN called_party text NOT NULL DEFAULT 'policyholder';
COMMENT ON COLUMN contact.called_party IS 'Part of whoever was called; customer_id is their record, or the policyholder''s for somebody not on file.';
