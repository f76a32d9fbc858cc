-- Where a tenant's telephone system lies is like its core system no setting of its own: whoever writes it can make this installation
-- call any address.
CREATE OR REPLACE FUNCTION control.change_settings(changed jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
    stands jsonb;
BEGIN
    IF changed ?| ARRAY['policy_lookup', 'telephone'] THEN
        RAISE EXCEPTION 'only an administrator of the installation sets the policy look-up and the telephone system'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE control.tenant SET settings = settings || changed WHERE id = acting RETURNING settings INTO stands;
    RETURN stands;
END $$;
