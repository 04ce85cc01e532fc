-- Writes nothing, but needs all that writing needs, a primary too.
INSERT INTO {schema}.credentials
    (id, name, email, credential_type, metadata, issued_by, issued_at)
SELECT gen_random_uuid(), '', '', '', NULL, '', 'epoch' WHERE false
