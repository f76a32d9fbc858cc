-- Whose questionnaire is asked for is told by the host name, so no two tenants may have the same (REG-6).

CREATE UNIQUE INDEX tenant_online_host_key ON control.tenant ((settings -> 'online' ->> 'host'))
    WHERE settings -> 'online' ->> 'host' IS NOT NULL;
