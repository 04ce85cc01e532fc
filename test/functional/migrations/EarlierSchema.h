#pragma once

namespace kubecred::test {

/// The table as the earlier implementation makes it.
constexpr const char* earlierSchema = R"sql(
    CREATE TABLE credentials (
        id uuid PRIMARY KEY,
        name varchar(255) NOT NULL,
        email varchar(255) NOT NULL,
        credential_type varchar(100) NOT NULL,
        metadata jsonb,
        issued_by varchar(255) NOT NULL,
        issued_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
        created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
        updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
        CONSTRAINT unique_credential UNIQUE (name, email, credential_type));
    CREATE INDEX idx_credentials_email ON credentials (email);
    CREATE INDEX idx_credentials_type ON credentials (credential_type);
    CREATE INDEX idx_credentials_issued_at ON credentials (issued_at))sql";

} // namespace kubecred::test
