-- The credentials with these ids; of those whose metadata is longer than $2 bytes, all but that.
-- The inner query writes metadata out once; OFFSET keeps it from being merged into the outer one.
SELECT id, name, email, credential_type,
    CASE WHEN octet_length(metadata) <= $2::bigint THEN metadata END, issued_by, issued_at
FROM (
    SELECT id, name, email, credential_type,
        coalesce(nullif(metadata, 'null'), '{}')::text AS metadata,
        issued_by, coalesce(issued_at, 'epoch')::timestamp AS issued_at
    FROM {schema}.credentials
    WHERE id = ANY ($1::uuid[])
    OFFSET 0
) AS found
