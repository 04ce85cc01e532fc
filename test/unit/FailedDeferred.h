#pragma once

#include "kubecred/Deferred.h"

#include <exception>
#include <utility>

namespace kubecred::test {

/// An operation that fails with this exception once it is begun.
template <typename T, typename Exception>
Deferred<T> failed(Exception exception) {
    return Deferred<T>([exception = std::move(exception)](Executor&, const Sink<T>& sink) {
        sink(std::make_exception_ptr(exception));
    });
}

} // namespace kubecred::test
