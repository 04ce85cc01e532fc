-- The table of credentials. Texts compare byte by byte; issued_at is in milliseconds since 1970.

CREATE TABLE credentials (
    id text NOT NULL PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    credential_type text NOT NULL,
    metadata text,
    issued_by text NOT NULL,
    issued_at integer NOT NULL,
    CONSTRAINT unique_credential UNIQUE (name, email, credential_type)
);
