#pragma once

#include "MigrationSession.h"
#include "PostgresConnection.h"

namespace kubecred::storage {

class PostgresMigrationSession final : public MigrationSession {
public:
    /// Connects by `deadline`; everything after that may take as long as it takes.
    PostgresMigrationSession(const PostgresSettings& settings, const Resolver& resolver,
                             Deadline deadline);

    void begin() override;
    void commit() override;
    void script(const std::string& sql) override;
    std::vector<AppliedMigration> applied() override;
    void record(const AppliedMigration& migration) override;

    /// Makes the user, or gives it this password, and puts it into its group.
    void ensureLogin(const PostgresLogin& login);

private:
    PostgresConnection connection_;
};

} // namespace kubecred::storage
