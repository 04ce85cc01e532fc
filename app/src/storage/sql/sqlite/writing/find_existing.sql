-- The existing credential with this key, beside the id that was asked for; no commit waits for a
-- standby.
SELECT ?1, id, issued_by, issued_at, 0
FROM credentials
WHERE name = ?2 AND email = ?3 AND credential_type = ?4
