-- Which plugins a tenant may use is for an administrator of the installation to say, as is where its systems and channels are: all that
-- steps before this one kept from the tenant, together.
CREATE OR REPLACE FUNCTION control.change_settings(changed jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
    stands jsonb;
BEGIN
    IF changed ?| ARRAY['policy_lookup', 'online', 'email', 'sms', 'telephone', 'plugins_allowed'] THEN
        RAISE EXCEPTION 'only an administrator of the installation sets a tenant''s systems, channels and plugins'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE control.tenant SET settings = settings || changed WHERE id = acting RETURNING settings INTO stands;
    RETURN stands;
END $$;
