-- The credential with this id; where its metadata is longer than ?2 bytes, all but that.
SELECT id, name, email, credential_type,
    CASE WHEN length(CAST(metadata AS BLOB)) <= ?2 OR metadata IS NULL
        THEN coalesce(metadata, '{}') END, issued_by, issued_at
FROM credentials
WHERE id = ?1
