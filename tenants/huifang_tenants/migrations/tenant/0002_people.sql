-- Who has left, and from when on nobody may give them work.

ALTER TABLE staff ADD COLUMN active_until date;
COMMENT ON COLUMN staff.active_until IS 'Last day on which the person works here; null: no end is known.';
