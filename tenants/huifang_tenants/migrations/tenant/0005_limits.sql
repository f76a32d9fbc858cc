-- What holds work back is honoured: calling hours, but for what is called day and night (MS-1, DEC-6).

ALTER TABLE obligation ADD COLUMN around_the_clock boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN obligation.around_the_clock IS 'From its draft: calling hours do not hold it back (DEC-6).';
UPDATE obligation SET around_the_clock = true WHERE (draft ->> 'around_the_clock')::boolean;

-- At night, what has to wait for the morning is passed over without a look at the table.
DROP INDEX obligation_queue_idx;
CREATE INDEX obligation_queue_idx
    ON obligation (channel, priority DESC, due_by, id, unit, callable_from, around_the_clock) WHERE status = 'open';
