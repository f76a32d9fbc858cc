-- The registry of a cell. Names are qualified: nobody has this schema in the search path.
-- All rights, PUBLIC's on the functions included, are set by grants.py, since role names differ between databases.

CREATE TABLE control.tenant (
    id uuid PRIMARY KEY,
    slug text NOT NULL CONSTRAINT tenant_slug_key UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,30}$'),
    name text NOT NULL CHECK (name <> ''),
    schema_name text NOT NULL CONSTRAINT tenant_schema_name_key UNIQUE CHECK (schema_name ~ '^t_[a-z0-9]{16}$'),
    state text NOT NULL CHECK (state IN ('provisioning', 'active', 'suspended')),
    cell text NOT NULL DEFAULT 'default',
    cut_over_on date,
    clock_at timestamptz,
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    wrapped_key bytea,
    key_version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN control.tenant.schema_name IS 'Schema and role have this name; it tells nothing about the tenant.';
COMMENT ON COLUMN control.tenant.clock_at IS 'The frozen business time of a sandbox tenant; null for all others.';
COMMENT ON COLUMN control.tenant.wrapped_key IS 'Data key under the master key; null when destroyed, and the tenant''s personal data with it.';

CREATE TABLE control.tenant_migration (
    tenant_id uuid PRIMARY KEY REFERENCES control.tenant (id),
    state text NOT NULL CHECK (state IN ('done', 'failed')),
    step text NOT NULL,
    error text,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE control.tenant_migration IS 'How the last migration of each tenant ended.';

CREATE TABLE control.oauth_client (
    client_id text PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES control.tenant (id),
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE INDEX oauth_client_tenant_idx ON control.oauth_client (tenant_id);

CREATE TABLE control.signing_key (
    kid text PRIMARY KEY,
    alg text NOT NULL,
    private_jwk_wrapped bytea NOT NULL,
    public_jwk jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz
);

CREATE TABLE control.calendar_year (
    year integer PRIMARY KEY CHECK (year BETWEEN 1990 AND 2200),
    source text NOT NULL,
    announced_at date
);
COMMENT ON TABLE control.calendar_year IS 'Years whose holidays are officially announced; all others are a forecast.';

CREATE TABLE control.calendar_day (
    year integer NOT NULL REFERENCES control.calendar_year (year) ON DELETE CASCADE,
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('workday', 'holiday')),
    CONSTRAINT calendar_day_pkey PRIMARY KEY (year, day)
);
COMMENT ON TABLE control.calendar_day IS 'Days that are not what their weekday says (GEN-1).';
COMMENT ON COLUMN control.calendar_day.year IS 'Whose announcement it stands in: that of 2019 moved a day of December 2018.';

CREATE TABLE control.plugin_state (
    plugin text PRIMARY KEY,
    version text NOT NULL,
    state text NOT NULL,
    reason text,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE control.jobs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number bigint GENERATED ALWAYS AS IDENTITY,
    -- No foreign key: every insert would lock the tenant's one row. The functions below look the tenant up.
    tenant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_.]{0,60}$'),
    payload jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(payload) = 'object'),
    run_at timestamptz NOT NULL,
    urgency integer NOT NULL DEFAULT 0 CHECK (urgency BETWEEN 0 AND 9),
    dedupe text CHECK (length(dedupe) <= 200),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'done', 'dead')),
    tries integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    finished_at timestamptz,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Ids only: what a job is about stands in the tenant's schema.
    CONSTRAINT jobs_payload_small CHECK (length(payload::text) <= 8000)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
COMMENT ON TABLE control.jobs IS 'The outbox of all tenants of the cell; run_at is wall time. See outbox.py.';
CREATE INDEX jobs_pending_idx ON control.jobs (tenant_id, urgency, run_at, number) WHERE state = 'pending';
CREATE INDEX jobs_sent_idx ON control.jobs (sent_at) INCLUDE (tenant_id, urgency) WHERE state = 'sent';
CREATE INDEX jobs_finished_idx ON control.jobs (finished_at) WHERE state IN ('done', 'dead');
CREATE UNIQUE INDEX jobs_dedupe_key ON control.jobs (tenant_id, kind, dedupe)
    WHERE state = 'pending' AND dedupe IS NOT NULL;

-- Who is asking. Inside a SECURITY DEFINER function current_user is its owner, but the setting `role` still names the
-- role the scope took on, and PostgreSQL lets a session take on only roles that its login is a member of. So a tenant
-- can pose as another exactly where its session could become that other anyway: where SQL can be injected on the
-- shared login. A cell may give a tenant a login of its own, which closes that too.
CREATE FUNCTION control.acting_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid;
BEGIN
    SELECT tenant.id INTO acting FROM control.tenant WHERE tenant.schema_name = current_setting('role');
    IF acting IS NULL THEN
        RAISE EXCEPTION 'only a tenant''s role may do this, not %', current_setting('role')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN acting;
END $$;

-- Writes jobs of one tenant and answers their ids in the order asked. A pending job with the same kind and dedupe key
-- stands for the new one; it is updated, not left alone, so that it is locked, and can't run, until this commits.
CREATE FUNCTION control.write_jobs(
    owner uuid, kinds text[], payloads jsonb[], run_ats timestamptz[], urgencies integer[], dedupes text[]
) RETURNS uuid[]
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids uuid[];
    wake boolean;
BEGIN
    IF NOT cardinality(kinds) = ALL (ARRAY[
        cardinality(payloads), cardinality(run_ats), cardinality(urgencies), cardinality(dedupes)
    ]) THEN
        RAISE EXCEPTION 'the arrays differ in length' USING ERRCODE = 'array_subscript_error';
    END IF;
    WITH asked AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, a.kind, a.payload, coalesce(a.run_at, clock_timestamp()) AS run_at,
               coalesce(a.urgency, 0) AS urgency, a.dedupe, a.place
        FROM unnest(kinds, payloads, run_ats, urgencies, dedupes) WITH ORDINALITY
             AS a(kind, payload, run_at, urgency, dedupe, place)
    ), wanted AS (
        SELECT (array_agg(asked.id ORDER BY place))[1] AS id, kind, (array_agg(payload ORDER BY place))[1] AS payload,
               min(run_at) AS run_at, max(urgency) AS urgency, dedupe, min(place) AS place
        FROM asked GROUP BY kind, dedupe, CASE WHEN dedupe IS NULL THEN place END
    ), written AS (
        INSERT INTO control.jobs AS job (id, tenant_id, kind, payload, run_at, urgency, dedupe)
        -- Keys in one order: two transactions that share several never wait for each other in a circle.
        SELECT wanted.id, owner, kind, payload, run_at, urgency, dedupe FROM wanted ORDER BY kind, dedupe, place
        ON CONFLICT (tenant_id, kind, dedupe) WHERE state = 'pending' AND dedupe IS NOT NULL
        DO UPDATE SET run_at = least(job.run_at, excluded.run_at), urgency = greatest(job.urgency, excluded.urgency)
        RETURNING job.id, job.kind, job.dedupe
    ), answered AS (
        SELECT place, asked.id FROM asked WHERE dedupe IS NULL
        UNION ALL
        SELECT place, written.id FROM asked JOIN written USING (kind, dedupe)
    )
    SELECT array_agg(answered.id ORDER BY place),
           (SELECT bool_or(asked.urgency > 0 AND asked.run_at <= clock_timestamp()) FROM asked)
    INTO ids, wake FROM answered;
    -- For urgent work only: transactions that notify commit one after the other. Polling finds the rest.
    IF wake THEN
        PERFORM pg_notify('huifang_jobs', '');
    END IF;
    RETURN coalesce(ids, '{}');
END $$;

CREATE FUNCTION control.enqueue_jobs(
    kinds text[], payloads jsonb[], run_ats timestamptz[], urgencies integer[], dedupes text[]
) RETURNS uuid[]
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT control.write_jobs(control.acting_tenant(), kinds, payloads, run_ats, urgencies, dedupes)
$$;

CREATE FUNCTION control.enqueue_job(
    kind text, payload jsonb, run_at timestamptz DEFAULT NULL, urgency integer DEFAULT 0, dedupe text DEFAULT NULL
) RETURNS uuid
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (control.write_jobs(
        control.acting_tenant(), ARRAY[kind], ARRAY[payload], ARRAY[run_at], ARRAY[urgency], ARRAY[dedupe]
    ))[1]
$$;

-- Marks a job of the acting tenant done, in the transaction that does its work, and says whether to do it: false when
-- it is done already, in another worker's hands, back in the queue, or not this tenant's.
CREATE FUNCTION control.finish_job(job uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting uuid := control.acting_tenant();
BEGIN
    PERFORM FROM control.jobs WHERE id = job AND tenant_id = acting AND state = 'sent' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE control.jobs SET state = 'done', finished_at = clock_timestamp(), error = NULL WHERE id = job;
    RETURN true;
END $$;

CREATE FUNCTION control.tenant_clock() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT clock_at FROM control.tenant WHERE id = control.acting_tenant()
$$;
