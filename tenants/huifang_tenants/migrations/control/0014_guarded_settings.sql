-- Settings that only an administrator of the installation makes stand in a table of their own: two steps that each wrote the whole list anew
-- had lost one another's names. Where a tenant's systems and channels are, and at which host name its customers are asked, is for nobody
-- else to say: whoever writes it can make this installation call any address.
CREATE TABLE control.guarded_setting (
    name text PRIMARY KEY
);
COMMENT ON TABLE control.guarded_setting IS 'Settings of a tenant that it can''t change itself; a step that adds one adds its name here.';
INSERT INTO control.guarded_setting (name) VALUES ('policy_lookup'), ('telephone'), ('online'), ('email'), ('sms');

CREATE OR REPLACE FUNCTION control.change_settings(changed jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
    stands jsonb;
BEGIN
    IF EXISTS (SELECT FROM control.guarded_setting WHERE changed ? name) THEN
        RAISE EXCEPTION 'only an administrator of the installation sets where a tenant''s systems and channels are'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE control.tenant SET settings = settings || changed WHERE id = acting RETURNING settings INTO stands;
    RETURN stands;
END $$;
