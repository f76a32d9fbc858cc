-- Programs of outside vendors, who see their own assigned work alone (HT-3).

ALTER TABLE control.oauth_client ADD COLUMN vendor text;
COMMENT ON COLUMN control.oauth_client.vendor IS 'The outside vendor whose people it acts for; null: not bound to one.';

-- Which plugins a tenant may switch on is as little its own setting as where its core system lies.

CREATE OR REPLACE FUNCTION control.change_settings(changed jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
    stands jsonb;
BEGIN
    IF changed ?| ARRAY['policy_lookup', 'plugins_allowed'] THEN
        RAISE EXCEPTION 'only an administrator of the installation sets the policy look-up and the plugins allowed'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE control.tenant SET settings = settings || changed WHERE id = acting RETURNING settings INTO stands;
    RETURN stands;
END $$;
