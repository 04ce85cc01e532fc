-- checksum: ba1df2049fab62c1782b8600103ffcf89ac9fec0569964d2dbd582bc1a547a89 of the first release's text, which did not name the schema; the effect is the same
-- The table of credentials, in the shape that the earlier implementation gave it, so that both can
-- serve one database. Where that table stands already it is adopted as it is, with its rows.

CREATE TABLE IF NOT EXISTS {schema}.credentials (
    id uuid PRIMARY KEY,
    name varchar(255) NOT NULL,
    email varchar(255) NOT NULL,
    credential_type varchar(100) NOT NULL,
    metadata jsonb,
    issued_by varchar(255) NOT NULL,
    issued_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT unique_credential UNIQUE (name, email, credential_type)
);

-- Issuing each credential once stands on this constraint: no table without it is adopted.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint c
        WHERE conname = 'unique_credential' AND contype = 'u'
            AND conrelid = '{schema}.credentials'::regclass
            AND (
                SELECT array_agg(attname::text ORDER BY attname)
                FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (c.conkey)
            ) = ARRAY['credential_type', 'email', 'name']
    ) THEN
        RAISE EXCEPTION 'table credentials has no constraint unique_credential on name, email and credential_type';
    END IF;
END
$$;

-- Group roles without login; the deployment puts its login users into them. Roles belong to the
-- whole server, so another database's migration may be making them at this moment.
DO $$
DECLARE
    group_role text;
BEGIN
    FOREACH group_role IN ARRAY ARRAY['kube_credential_issuance', 'kube_credential_verification']
    LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = group_role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', group_role);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END
$$;

GRANT SELECT, INSERT ON {schema}.credentials TO kube_credential_issuance;
GRANT SELECT ON {schema}.credentials TO kube_credential_verification;
