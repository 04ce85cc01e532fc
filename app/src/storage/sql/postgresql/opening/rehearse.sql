-- A row as large as most, which finds out whether there is room for one.
INSERT INTO {schema}.credentials
    (id, name, email, credential_type, metadata, issued_by, issued_at)
SELECT id, id::text, 'rehearsal@example.org', 'rehearsal',
    jsonb_build_object('filler', repeat(id::text, 7)), 'rehearsal', localtimestamp
FROM gen_random_uuid() AS id
