-- Inserts the credential, and returns its id, unless its key is taken.
INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT DO NOTHING
RETURNING id, NULL, NULL, NULL
