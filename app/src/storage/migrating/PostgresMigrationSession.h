#pragma once

#include "MigrationSession.h"
#include "storage/sessions/postgresql/PostgresConnection.h"

namespace kubecred::storage {

class PostgresMigrationSession final : public MigrationSession {
public:
    /// Connects by `deadline`; everything after that may take as long as it takes. In each SQL
    /// text, `{schema}` stands for the quoted schema of the settings.
    PostgresMigrationSession(const PostgresSettings& settings, const Resolver& resolver,
                             Deadline deadline);

    void begin() override;
    void commit() override;
    void script(const std::string& sql) override;
    void prepare() override;
    std::vector<AppliedMigration> applied() override;
    void record(const AppliedMigration& migration) override;

    /// Makes the user, or gives it this password, and puts it into its group.
    void ensureLogin(const PostgresLogin& login);

private:
    PostgresRows query(std::string_view sql, std::span<const std::string> parameters);
    void refuseStranger();
    void refuseToPassOver();

    PostgresConnection connection_;
    const std::string schema_;
};

} // namespace kubecred::storage
