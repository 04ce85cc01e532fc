#include "FakeSession.h"

#include "storage/Statements.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace kubecred::test {
namespace {

namespace sql = storage::sql;
using storage::Fault;
using storage::Parameters;
using storage::Result;

const storage::Value& valueOf(const Parameters& parameters, std::size_t column, std::size_t row) {
    const auto& parameter = parameters.all().at(column);
    return parameter.values.at(parameter.isColumn ? row : 0);
}

template <typename T>
const T& valueOf(const Parameters& parameters, std::size_t column, std::size_t row) {
    return std::get<T>(valueOf(parameters, column, row));
}

// Copies: the parameters are gone when the answer comes. Those of a search are only keys.
std::vector<Credential> credentialsOf(const Parameters& parameters) {
    std::vector<Credential> credentials;
    for (std::size_t row = 0; row < parameters.rows(); ++row) {
        const auto text = [&](std::size_t column) {
            return std::string(valueOf<std::string_view>(parameters, column, row));
        };
        auto& credential = credentials.emplace_back(
            Credential{valueOf<Uuid>(parameters, 0, row), text(1), text(2), text(3), {}, {}, {}});
        if (parameters.all().size() == 4)
            continue;
        credential.metadata = text(4);
        credential.issuedBy = text(5);
        credential.issuedAt = valueOf<Timestamp>(parameters, 6, row);
    }
    return credentials;
}

template <typename T>
std::vector<T> columnOf(const Parameters& parameters) {
    std::vector<T> values;
    for (const auto& value : parameters.all().at(0).values)
        values.push_back(std::get<T>(value));
    return values;
}

FakeRows::Row existingRow(const Uuid& asked, const Credential& credential) {
    return {asked, credential.id, credential.issuedBy, credential.issuedAt};
}

} // namespace

storage::SessionFactory FakeDatabase::factory() {
    return [this](storage::Role, Deadline) {
        ++openings;
        if (isDown)
            throw storage::StorageError(Fault::unreachable);
        return std::make_unique<FakeSession>(*this);
    };
}

void FakeDatabase::releaseAnswers() {
    const std::lock_guard lock(mutex_);
    holds_ = false;
    for (const int descriptor : std::exchange(held_, {}))
        eventfd_write(descriptor, 1);
}

FakeSession::FakeSession(FakeDatabase& database)
    : database_(database),
      retireAt_(std::chrono::steady_clock::now() + database.maxAge.load()),
      answers_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ++database_.sessions;
}

FakeSession::~FakeSession() {
    {
        const std::lock_guard lock(database_.mutex_);
        database_.held_.erase(answers_);
    }
    ::close(answers_);
    --database_.sessions;
}

void FakeSession::begin(const storage::Statement& statement, const Parameters& parameters,
                        Deadline deadline) {
    if (!usable())
        throw std::logic_error("a session was asked that is not usable");
    ++database_.begun;
    database_.beforeSend(*this, deadline);
    ask_ = askOf(statement, parameters);
    const std::lock_guard lock(database_.mutex_);
    if (database_.holds_)
        database_.held_.insert(answers_);
    else
        eventfd_write(answers_, 1);
}

void FakeSession::beginProbe(Deadline) {
    if (!usable())
        throw std::logic_error("a session was probed that is not usable");
    ++database_.probes;
    ask_ = [this] { return probe(); };
    if (!database_.ignoresProbes)
        eventfd_write(answers_, 1);
}

short FakeSession::events() const noexcept { return POLLIN; }

std::optional<Result> FakeSession::proceed() {
    eventfd_t count = 0;
    if (eventfd_read(answers_, &count) != 0)
        return std::nullopt;
    return std::exchange(ask_, nullptr)();
}

void FakeSession::lose(Fault fault) {
    isUsable = false;
    throw storage::StorageError(fault);
}

FakeSession::Ask FakeSession::askOf(const storage::Statement& statement,
                                    const Parameters& parameters) {
    if (&statement == &sql::writing::insertCredentials)
        return [this, asked = credentialsOf(parameters)] { return insert(asked); };
    if (&statement == &sql::writing::findExisting)
        return [this, asked = credentialsOf(parameters)] { return findExisting(asked); };
    if (&statement == &sql::reading::findCredentials)
        return [this, ids = columnOf<Uuid>(parameters),
                mostBytes = valueOf<std::int64_t>(parameters, 1, 0)] {
            return findById(ids, mostBytes);
        };
    if (&statement == &multiply)
        return [this, numbers = columnOf<std::int64_t>(parameters)] {
            return multiplied({numbers.begin(), numbers.end()});
        };
    return [this] {
        ++database_.emptyCommits;
        return std::make_unique<FakeRows>();
    };
}

Result FakeSession::probe() {
    failWhileDown();
    if (probeFault == Fault::locked)
        throw storage::StorageError(*probeFault); // which leaves a session as it was
    if (probeFault)
        lose(*probeFault);
    return std::make_unique<FakeRows>();
}

Result FakeSession::insert(const std::vector<Credential>& credentials) {
    FakeDatabase::Names names;
    for (const Credential& credential : credentials)
        names.push_back(credential.name);
    database_.keep(database_.inserts_, names);
    failWhileDown();
    database_.beforeInsert(*this, names);
    auto rows = std::make_unique<FakeRows>();
    {
        const std::lock_guard lock(database_.mutex_);
        for (const Credential& credential : credentials)
            if (database_.rows_.try_emplace(FakeDatabase::keyOf(credential), credential).second)
                rows->add({credential.id, {}, {}, {}});
    }
    database_.afterInsert(*this, names);
    return rows;
}

Result FakeSession::findExisting(const std::vector<Credential>& credentials) {
    ++database_.searches;
    failWhileDown();
    database_.beforeSearch(*this);
    const std::lock_guard lock(database_.mutex_);
    auto rows = std::make_unique<FakeRows>();
    for (const Credential& credential : credentials) {
        const auto found = database_.rows_.find(FakeDatabase::keyOf(credential));
        if (found == database_.rows_.end())
            continue;
        auto row = existingRow(credential.id, found->second);
        row.emplace_back(database_.hasStandby.load());
        rows->add(std::move(row));
    }
    return rows;
}

Result FakeSession::findById(const std::vector<Uuid>& ids, std::int64_t mostBytes) {
    database_.keep(database_.lookUps_, ids.size());
    failWhileDown();
    database_.beforeLookUp(*this);
    const std::lock_guard lock(database_.mutex_);
    auto rows = std::make_unique<FakeRows>();
    for (const auto& [key, found] : database_.rows_) {
        if (std::ranges::find(ids, found.id) == ids.end())
            continue;
        const bool isTooLarge = static_cast<std::int64_t>(found.metadata.size()) > mostBytes;
        rows->add({found.id, found.name, found.email, found.credentialType,
                   isTooLarge ? FakeRows::Cell() : FakeRows::Cell(found.metadata), found.issuedBy,
                   found.issuedAt});
    }
    return rows;
}

Result FakeSession::multiplied(FakeDatabase::Numbers numbers) {
    database_.keep(database_.multiplied_, numbers);
    failWhileDown();
    database_.beforeMultiplying(*this, numbers);
    auto rows = std::make_unique<FakeRows>();
    for (const std::int64_t number : numbers)
        rows->add({number, 10 * number});
    return rows;
}

void FakeSession::failWhileDown() {
    if (database_.isDown)
        lose(Fault::unreachable);
}

} // namespace kubecred::test
