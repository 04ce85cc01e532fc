#include "HealthRoutes.h"

#include "kubecred/BuildInfo.h"
#include "kubecred/json/Writer.h"

#include <utility>

namespace kubecred::host {
namespace {

void writeState(json::Writer& writer, const storage::DatabaseState& state) {
    writer.member("state", nameOf(state.kind))
        .member("since", toIso8601(state.since))
        .key("lastError");
    if (state.lastFault)
        writer.string(nameOf(*state.lastFault));
    else
        writer.null();
}

void writeDatabase(json::Writer& writer, const storage::Database& database) {
    writer.key("database").beginObject();
    writeState(writer, database.state());
    const auto write = [&](std::string_view name, const auto& state) {
        if (!state)
            return;
        writer.key(name).beginObject();
        writeState(writer, *state);
        writer.endObject();
    };
    write("reads", database.reads());
    write("writes", database.writes());
    writer.endObject();
}

} // namespace

HealthRoutes::HealthRoutes(Identity identity, const storage::Database& database,
                           const std::atomic<bool>& draining)
    : identity_(std::move(identity)), database_(database), draining_(draining) {}

void HealthRoutes::addTo(http::Router& router) const {
    const auto add = [&](const std::string& prefix, const std::string& service) {
        router.add(http::Method::get, prefix + "/health",
                   {.access = http::Access::anyone, .unknownQuery = http::UnknownQuery::ignored},
                   [this, service](const http::Request&, const RequestContext&) {
                       return health(service);
                   });
        router.add(http::Method::get, prefix + "/health/details",
                   {.access = http::Access::admin, .unknownQuery = http::UnknownQuery::ignored},
                   [this, service](const http::Request&, const RequestContext&) {
                       return details(service);
                   });
    };
    add("", identity_.serviceName);
    for (const auto& module : identity_.modules)
        add("/" + module, module);
}

std::string_view HealthRoutes::status() const {
    if (draining_)
        return "draining";
    return database_.state().kind == storage::DatabaseState::Kind::up ? "healthy" : "degraded";
}

http::Response HealthRoutes::health(const std::string& service) const {
    const auto now = status();
    json::Writer writer;
    writer.beginObject().member("status", now).member("service", service).endObject();
    if (now == "draining")
        return {503, std::move(writer).text(), {{"Retry-After", "1"}}};
    return {200, std::move(writer).text()};
}

http::Response HealthRoutes::details(const std::string& service) const {
    const auto uptime = std::chrono::steady_clock::now() - started_;
    json::Writer writer;
    writer.beginObject()
        .member("status", status())
        .member("service", service)
        .member("workerId", identity_.workerId)
        .member("version", version)
        .key("uptimeSeconds")
        .integer(std::chrono::floor<std::chrono::seconds>(uptime).count())
        .key("modules")
        .beginArray();
    for (const auto& module : identity_.modules)
        writer.string(module);
    writer.endArray().key("dependencies").beginObject();
    writeDatabase(writer, database_);
    writer.endObject().endObject();
    return {200, std::move(writer).text()};
}

} // namespace kubecred::host
