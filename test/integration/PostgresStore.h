#pragma once

#include "CredentialStoreContract.h"
#include "SharedPostgres.h"
#include "kubecred/Error.h"
#include "support/Eventually.h"

#include <chrono>
#include <string>

namespace kubecred::test {

/// The stores with PostgreSQL behind them.
class PostgresStore : public CredentialStoreContract {
protected:
    storage::DatabaseSettings emptyDatabase() override {
        settings_ = emptyPostgresDatabase();
        name_ = settings_.postgres.name;
        return settings_;
    }

    /// Runs SQL as the superuser.
    std::string query(const std::string& sql) const { return sharedPostgres().query(name_, sql); }

    /// Whether a condition comes true, where it may also fail until then.
    template <typename Condition>
    static bool recovers(Condition condition) {
        return eventually([&] {
            try {
                return condition();
            } catch (const Error&) {
                return false;
            }
        });
    }

    storage::DatabaseSettings settings_;
    std::string name_;
};

} // namespace kubecred::test
