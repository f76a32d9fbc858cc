-- What SD-3 asks of an organisation, fed by files and requests; and how fresh a contract is (SD-4).

ALTER TABLE staff ADD COLUMN trained_until_stated date;
UPDATE staff SET trained_until_stated = trained_until WHERE trained_until IS NOT NULL;
COMMENT ON COLUMN staff.trained_until_stated IS 'What came in with the record of the person.';
COMMENT ON COLUMN staff.trained_until IS 'The later of what was stated and the end of the last training passed (SD-3).';

ALTER TABLE staff_training
    ADD COLUMN passed boolean NOT NULL DEFAULT true,
    ADD COLUMN trainer_enc bytea,
    ALTER COLUMN valid_until DROP NOT NULL,
    ADD CONSTRAINT staff_training_key UNIQUE (staff_id, course, held_on),
    ADD CONSTRAINT staff_training_end_known CHECK (NOT passed OR valid_until IS NOT NULL);
ALTER TABLE staff_training ALTER COLUMN passed DROP DEFAULT;
DROP INDEX staff_training_staff_idx;

-- Nothing ever filled these two.
ALTER TABLE unit
    DROP COLUMN policy_on_file,
    DROP COLUMN callback_department,
    ADD COLUMN callback_policies json NOT NULL DEFAULT '[]',
    ADD COLUMN callback_department json;
COMMENT ON COLUMN unit.callback_policies IS 'Every version of the written callback policy, with the hash of its document (SD-3).';
COMMENT ON COLUMN unit.callback_department IS 'The department that makes callbacks, with its posts (SD-3).';

ALTER TABLE contract ADD COLUMN look_up json;
COMMENT ON COLUMN contract.look_up IS 'When the core system last gave or confirmed it, and of which revision that speaks (SD-4).';
