#include "Migrator.h"

#include "kubecred/Digest.h"

#include <algorithm>
#include <utility>

namespace kubecred::storage {
namespace {

bool isApplied(const Migration& migration, std::span<const AppliedMigration> applied) {
    const auto found = std::ranges::find(applied, migration.name, &AppliedMigration::name);
    if (found == applied.end())
        return false;
    if (found->checksum != checksumOf(migration))
        throw MigrationChanged(std::string(migration.name));
    return true;
}

} // namespace

std::string checksumOf(const Migration& migration) {
    constexpr std::string_view declaration = "-- checksum: ";
    constexpr std::size_t length = 64;
    if (!migration.sql.starts_with(declaration))
        return sha256Hex(migration.sql);
    return std::string(migration.sql.substr(declaration.size(), length));
}

MigrationChanged::MigrationChanged(const std::string& name)
    : std::runtime_error(name + " was applied to this database with another content; restore the "
                                "file and add a new migration for the change") {}

Migrator::Migrator(std::unique_ptr<MigrationSession> session, std::span<const Migration> migrations)
    : session_(std::move(session)), migrations_(migrations) {}

void Migrator::migrate(const std::function<void(std::string_view)>& applied) {
    session_->begin();
    session_->prepare();
    const Migration* pending = firstPending();
    while (pending != nullptr) {
        session_->script(std::string(pending->sql));
        session_->record({std::string(pending->name), checksumOf(*pending)});
        session_->commit();
        applied(pending->name);
        session_->begin();
        pending = firstPending();
    }
    session_->commit();
}

const Migration* Migrator::firstPending() {
    const auto applied = session_->applied();
    const Migration* first = nullptr;
    for (const Migration& migration : migrations_)
        if (!isApplied(migration, applied) && first == nullptr)
            first = &migration;
    return first;
}

std::vector<MigrationStatus> Migrator::status() {
    const auto applied = session_->applied();
    std::vector<MigrationStatus> status;
    for (const Migration& migration : migrations_)
        status.push_back({migration.name, isApplied(migration, applied)});
    return status;
}

} // namespace kubecred::storage
