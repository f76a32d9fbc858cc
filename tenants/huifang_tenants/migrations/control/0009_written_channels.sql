-- Whose questionnaire is asked for is told by the host name, so no two tenants may have the same (REG-6).
CREATE UNIQUE INDEX tenant_online_host_key ON control.tenant ((settings -> 'online' ->> 'host'))
    WHERE settings -> 'online' ->> 'host' IS NOT NULL;

-- Where a tenant's messages go, and at which host name its customers are asked, is for an administrator of the installation to say.
CREATE OR REPLACE FUNCTION control.change_settings(changed jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
    stands jsonb;
BEGIN
    IF changed ?| ARRAY['policy_lookup', 'online', 'email', 'sms'] THEN
        RAISE EXCEPTION 'only an administrator of the installation sets where this tenant''s systems and channels are'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE control.tenant SET settings = settings || changed WHERE id = acting RETURNING settings INTO stands;
    RETURN stands;
END $$;
