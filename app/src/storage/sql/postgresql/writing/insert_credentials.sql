-- Inserts the credentials whose key is not taken yet, and returns the id of each. Of the others,
-- returns the asked id beside the existing credential, as far as this statement can see that: not
-- one that was inserted meanwhile, or by itself. Where commits wait for a standby, what can be seen
-- may yet be lost: find_existing.sql is for that.
WITH asked AS (
    SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[], $5::jsonb[],
        $6::varchar[], $7::timestamp[])
        AS t (id, name, email, credential_type, metadata, issued_by, issued_at)
), inserted AS (
    INSERT INTO {schema}.credentials
        (id, name, email, credential_type, metadata, issued_by, issued_at)
    SELECT id, name, email, credential_type, metadata, issued_by, issued_at FROM asked
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT id, NULL::uuid, NULL, NULL::timestamp FROM inserted
UNION ALL
SELECT asked.id, existing.id, existing.issued_by, coalesce(existing.issued_at, 'epoch')::timestamp
FROM asked JOIN {schema}.credentials AS existing USING (name, email, credential_type)
WHERE asked.id NOT IN (SELECT id FROM inserted)
    AND current_setting('synchronous_standby_names') = ''
