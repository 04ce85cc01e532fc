#pragma once

#include "kubecred/Error.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace kubecred::test {

/// The Error that `call` throws. A test in which it throws none fails.
template <typename Call>
Error thrownError(Call call, const std::string& message = "no Error was thrown") {
    std::optional<Error> thrown;
    try {
        call();
    } catch (const Error& error) {
        thrown = error;
    }
    CPPUNIT_ASSERT_MESSAGE(message, thrown);
    return *thrown;
}

} // namespace kubecred::test
