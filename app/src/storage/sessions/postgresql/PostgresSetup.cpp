#include "PostgresSetup.h"

#include <array>
#include <span>
#include <utility>

namespace kubecred::storage {
namespace {

using Setting = std::pair<std::string_view, std::string_view>;

// What texts and times mean, and what a transaction is.
constexpr std::array<Setting, 14> always{{
    {"TimeZone", "UTC"},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"client_encoding", "UTF8"},
    {"standard_conforming_strings", "on"},
    {"bytea_output", "hex"},
    {"array_nulls", "on"},
    {"transform_null_equals", "off"},
    {"row_security", "off"}, // rows are refused with an error, and never passed over in silence
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_deferrable", "off"},
    {"idle_session_timeout", "0"}, // since PostgreSQL 14
    {"transaction_timeout", "0"},  // since PostgreSQL 17
    {"jit", "off"},
}};

// The server gives up by itself on what a lost or impatient client has left behind, after the
// longest time that a request may take (http/RoutePolicy.h). Statements are planned once, and by
// index: how many rows a batch or the table holds is not known then.
constexpr std::array<Setting, 18> serving{{
    {"statement_timeout", "10s"},
    {"lock_timeout", "500ms"},
    {"idle_in_transaction_session_timeout", "10s"},
    {"plan_cache_mode", "force_generic_plan"},
    {"max_parallel_workers_per_gather", "0"},
    {"enable_seqscan", "off"},
    {"enable_hashjoin", "off"},
    {"enable_mergejoin", "off"},
    {"enable_nestloop", "on"},
    {"enable_indexscan", "on"},
    {"enable_indexonlyscan", "on"},
    {"enable_bitmapscan", "on"},
    {"enable_hashagg", "on"},
    {"enable_sort", "on"},
    {"enable_material", "on"},
    {"enable_memoize", "on"}, // since PostgreSQL 14
    {"seq_page_cost", "1"},
    {"random_page_cost", "4"},
}};

// Another migration may hold a lock for as long as it takes.
constexpr std::array<Setting, 3> migrating{{
    {"statement_timeout", "0"},
    {"lock_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
}};

// A commit is on disk once it is acknowledged; what asks for more than that is left as it is.
constexpr std::string_view synchronousCommit =
    "('synchronous_commit', CASE current_setting('synchronous_commit') "
    "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END)";

void append(std::string& rows, std::span<const Setting> settings) {
    for (const auto& [name, value] : settings)
        rows.append("('").append(name).append("','").append(value).append("'),");
}

} // namespace

std::string sessionSetup(Purpose purpose, std::string_view targetSessionAttrs) {
    std::string rows;
    append(rows, always);
    append(rows, purpose == Purpose::serving ? std::span<const Setting>(serving) : migrating);
    // Where a server that only reads is wanted, this is by what a primary may be one.
    if (targetSessionAttrs != "read-only")
        rows += "('default_transaction_read_only','off'),";
    rows += synchronousCommit;
    // A transaction of another kind might wait, or be refused by a standby. Behind the search path,
    // every name is PostgreSQL's own.
    return "BEGIN ISOLATION LEVEL READ COMMITTED;"
           "SET statement_timeout = 0;"
           "SET search_path = pg_catalog, pg_temp;"
           "SELECT set_config(ours.name, ours.value, false) FROM (VALUES " +
           rows +
           ") AS ours (name, value) JOIN pg_settings AS known ON known.name = ours.name "
           "WHERE known.context = 'user';"
           "COMMIT";
}

} // namespace kubecred::storage
