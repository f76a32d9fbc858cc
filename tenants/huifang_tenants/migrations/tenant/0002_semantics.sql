-- Who has left, and from when on nobody may give them work; which events speak of an event of another contract; which scripts
-- open obligations ask for; which records were merged into which.

ALTER TABLE staff ADD COLUMN active_until date;
COMMENT ON COLUMN staff.active_until IS 'Last day on which the person works here; null: no end is known.';

CREATE INDEX event_reference_idx ON event (source, (coalesce(retracts, corrects)))
    WHERE coalesce(retracts, corrects) IS NOT NULL;

CREATE INDEX obligation_script_idx ON obligation (plugin, script) WHERE status = 'open';
COMMENT ON COLUMN alarm.kind IS 'control_total_gap, delivery_missing, obligation_overdue, case_overdue, stale_parameter, script_missing …';

CREATE INDEX customer_merged_idx ON customer (merged_into) WHERE merged_into IS NOT NULL;
