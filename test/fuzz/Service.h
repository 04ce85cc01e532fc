#pragma once

#include "IssuanceModule.h"
#include "VerificationModule.h"
#include "auth/Authorizer.h"
#include "host/metrics/PrometheusMetrics.h"
#include "http/dispatch/Dispatcher.h"
#include "support/IdleStorage.h"
#include "support/Started.h"

namespace kubecred::fuzz {

class NoLogger final : public Logger {
public:
    bool enabled(LogLevel) const noexcept override { return true; }
    void write(LogLevel, std::string_view, std::span<const LogField>) noexcept override {}
};

/// Both modules behind the dispatcher, without sockets and without a database, and `/locked`, which
/// `root key` opens.
class Service {
public:
    Service();

    /// The bytes of the answer; `exchange` as the connection would make it.
    http::Response answer(http::Exchange& exchange);
    http::Response refuse(http::Exchange& exchange, const Error& error) {
        return dispatcher_.refuse(exchange, error);
    }

private:
    test::IdleStorage storage_;
    NoLogger logger_;
    SystemClock clock_;
    host::PrometheusMetrics metrics_;
    auth::KeyRing keys_{{{"root", {http::Access::admin}, sha256("root key")}}};
    auth::Authorizer authorizer_{keys_};
    http::Router router_;
    issuance::IssuanceModule issuance_;
    verification::VerificationModule verification_;
    http::Dispatcher dispatcher_;
    test::InlineExecutor executor_;
};

} // namespace kubecred::fuzz
