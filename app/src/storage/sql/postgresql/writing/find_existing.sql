-- The existing credentials with these keys, each beside the id that was asked for; and whether
-- commits wait for a standby.
SELECT asked.id, existing.id, existing.issued_by,
    coalesce(existing.issued_at, 'epoch')::timestamp,
    current_setting('synchronous_standby_names') <> ''
FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[])
    AS asked (id, name, email, credential_type)
JOIN {schema}.credentials AS existing USING (name, email, credential_type)
