-- Refuses an adopted table that cannot do what is promised of it, with every reason, before anybody
-- may use it; then grants each group role exactly what it needs, whatever was granted before.

DO $$
DECLARE
    credentials CONSTANT regclass := '{schema}.credentials';
    reasons text;
BEGIN
    WITH wanted (name, types) AS (
        VALUES
            ('id', ARRAY['uuid']),
            ('name', ARRAY['varchar', 'text']),
            ('email', ARRAY['varchar', 'text']),
            ('credential_type', ARRAY['varchar', 'text']),
            ('metadata', ARRAY['jsonb']),
            ('issued_by', ARRAY['varchar', 'text']),
            ('issued_at', ARRAY['timestamp', 'timestamptz'])
    ),
    -- Of a domain, the type behind it, through domains of domains.
    base (column_name, type, modifier) AS (
        WITH RECURSIVE step (number, type, modifier) AS (
            SELECT attnum, atttypid, atttypmod FROM pg_attribute
            WHERE attrelid = credentials AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT number, typbasetype, CASE WHEN typtypmod <> -1 THEN typtypmod ELSE modifier END
            FROM step JOIN pg_type ON pg_type.oid = type WHERE typtype = 'd'
        )
        SELECT attname::text, pg_type, modifier
        FROM step
            JOIN pg_type ON pg_type.oid = type AND typtype <> 'd'
            JOIN pg_attribute ON attrelid = credentials AND attnum = number
    ),
    keys (attnum) AS (
        SELECT attnum FROM pg_attribute
        WHERE attrelid = credentials AND attname IN ('name', 'email', 'credential_type')
    ),
    reason (text) AS (
        SELECT 'the database is not encoded in UTF-8'
        FROM pg_database
        WHERE datname = current_database() AND pg_encoding_to_char(encoding) <> 'UTF8'
        UNION ALL
        SELECT 'it is not an ordinary or partitioned table' FROM pg_class
        WHERE oid = credentials AND relkind NOT IN ('r', 'p')
        UNION ALL
        SELECT 'it is unlogged, so that a crash of the server empties it'
        WHERE EXISTS (
            SELECT FROM pg_class
            WHERE relpersistence <> 'p'
                AND (oid = credentials OR oid IN (SELECT relid FROM pg_partition_tree(credentials)))
        )
        UNION ALL
        SELECT 'row security is on, so that the services see only a part of it' FROM pg_class
        WHERE oid = credentials AND relrowsecurity
        UNION ALL
        SELECT format('the rule %s rewrites what is inserted', rulename) FROM pg_rewrite
        WHERE ev_class = credentials AND ev_type IN ('2', '3')
        UNION ALL
        SELECT 'the constraint unique_credential is DEFERRABLE' FROM pg_constraint
        WHERE conrelid = credentials AND conname = 'unique_credential' AND condeferrable
        UNION ALL
        SELECT format('the index %s keeps out credentials that differ', indexrelid::regclass)
        FROM pg_index
        WHERE indrelid = credentials AND (indisunique OR indisexclusion)
            AND NOT (
                SELECT attnum FROM pg_attribute
                WHERE attrelid = credentials AND attname = 'id'
            ) = ANY ((indkey::int2[])[0:indnkeyatts - 1])
            AND EXISTS (
                SELECT FROM keys WHERE attnum <> ALL ((indkey::int2[])[0:indnkeyatts - 1])
            )
        UNION ALL
        SELECT format('it has no column %s', name) FROM wanted
        WHERE name NOT IN (SELECT column_name FROM base)
        UNION ALL
        SELECT format('the column %s is of type %s and not %s', name,
            format_type((type).oid, NULL), types[1])
        FROM wanted JOIN base ON column_name = name
        WHERE (type).typname::text <> ALL (types) OR (type).typnamespace <> 'pg_catalog'::regnamespace
        UNION ALL
        SELECT format('the column %s holds no milliseconds', column_name) FROM base
        WHERE column_name = 'issued_at' AND modifier BETWEEN 0 AND 2
        UNION ALL
        SELECT format('the column %s holds less than 255 characters', column_name) FROM base
        WHERE column_name = 'issued_by' AND modifier BETWEEN 0 AND 258
        UNION ALL
        SELECT format('the collation of the column %s takes different texts for the same', attname)
        FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE attrelid = credentials AND attnum IN (SELECT attnum FROM keys)
            AND NOT collisdeterministic
        UNION ALL
        SELECT format('the column %s may be NULL', attname) FROM pg_attribute
        WHERE attrelid = credentials AND attname = 'id' AND NOT attnotnull
        UNION ALL
        SELECT format('the column %s is generated', attname) FROM pg_attribute
        WHERE attrelid = credentials AND attname IN (SELECT name FROM wanted)
            AND attgenerated <> ''
        UNION ALL
        -- A trigger may fill it.
        SELECT format('the column %s is NOT NULL and has no default', attname)
        FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
        WHERE attrelid = credentials AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN (SELECT name FROM wanted)
            AND (attnotnull OR typnotnull) AND NOT atthasdef AND typdefault IS NULL
            AND attidentity = ''
            AND NOT EXISTS (
                SELECT FROM pg_trigger
                WHERE tgrelid = credentials AND NOT tgisinternal AND tgtype & 7 = 7
            )
    )
    SELECT string_agg(text, '; ') INTO reasons FROM reason;
    IF reasons IS NOT NULL THEN
        RAISE EXCEPTION 'the table {schema}.credentials cannot be used: %', reasons;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA {schema} TO kube_credential_issuance, kube_credential_verification;

REVOKE ALL ON {schema}.credentials, {schema}.schema_migrations
    FROM PUBLIC, kube_credential_issuance, kube_credential_verification;

GRANT SELECT, INSERT ON {schema}.credentials TO kube_credential_issuance;
GRANT SELECT ON {schema}.credentials TO kube_credential_verification;
