-- Channels on paper and by phone: letters (LN-4c), visits (LN-4b), and calls by the tenant's telephone system (LN-4a).

CREATE TABLE letter (
    contact_id uuid PRIMARY KEY REFERENCES contact (id),
    batch_id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    prepared_at timestamptz NOT NULL,
    missing json NOT NULL DEFAULT '[]',
    printed_at timestamptz,
    posted_on date,
    posting_no text,
    reply_by timestamptz,
    returned_on date,
    return_reason text CHECK (return_reason IN ('moved', 'unknown', 'no_such_address', 'unclaimed', 'refused')),
    CONSTRAINT letter_number_key UNIQUE (number),
    CONSTRAINT letter_posted_before_it_came_back CHECK (returned_on IS NULL OR posted_on IS NOT NULL)
);
COMMENT ON TABLE letter IS 'The letter of a contact by post; its answers and receipt belong to the contact (LN-4c).';
COMMENT ON COLUMN letter.missing IS 'Facts that were not on file, so that what quotes them is not in the letter (SD-6h).';
COMMENT ON COLUMN letter.reply_by IS 'Business time; without a signed receipt by then it counts as not answered.';
CREATE INDEX letter_batch_idx ON letter (batch_id, number);
CREATE INDEX letter_reply_idx ON letter (reply_by) WHERE returned_on IS NULL;

ALTER TABLE contact
    ADD COLUMN visit json,
    ADD COLUMN call json;
COMMENT ON COLUMN contact.visit IS 'Of a visit: the day and place on the route, and once it was made when and who came along (LN-4b).';
COMMENT ON COLUMN contact.call IS 'Of a call by the telephone system: how it went, and where its recording is fetched (LN-4a).';
CREATE INDEX contact_visit_idx ON contact ((visit ->> 'day'), staff_id) WHERE visit IS NOT NULL;
