-- Who has left, and from when on nobody may give them work; which events speak of an event of another contract.

ALTER TABLE staff ADD COLUMN active_until date;
COMMENT ON COLUMN staff.active_until IS 'Last day on which the person works here; null: no end is known.';

CREATE INDEX event_reference_idx ON event (source, (coalesce(retracts, corrects)))
    WHERE coalesce(retracts, corrects) IS NOT NULL;
