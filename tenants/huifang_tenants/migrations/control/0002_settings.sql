-- A tenant changes its own settings in its own transaction, so that the ledger says so or nothing happened. Where its core system lies
-- is no such setting: whoever writes that can make this installation call any address.
CREATE FUNCTION control.change_settings(changed jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
    stands jsonb;
BEGIN
    IF changed ? 'policy_lookup' THEN
        RAISE EXCEPTION 'only an administrator of the installation sets the policy look-up'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE control.tenant SET settings = settings || changed WHERE id = acting RETURNING settings INTO stands;
    RETURN stands;
END $$;
