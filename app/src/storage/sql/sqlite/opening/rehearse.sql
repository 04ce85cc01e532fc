-- A row that finds out whether there is room for one.
INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at)
VALUES (?1, ?1, ?2, '', '{}', '', 0)
