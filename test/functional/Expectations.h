#pragma once

#include "support/HttpAnswer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace kubecred::test {

/// Fails the test, and shows the text, where `text` does not hold `part`.
inline void assertContains(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("no \"" + part + "\" in: " + text, text.find(part) != std::string::npos);
}

/// Fails the test, and shows the text, where `text` holds `part`.
inline void assertLacks(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("\"" + part + "\" in: " + text, text.find(part) == std::string::npos);
}

/// Fails the test where the answer is not that of an error: `success`, `message` and `requestId`,
/// the last as in its header, and nothing else.
inline void assertProblem(const HttpAnswer& answer, const std::string& message) {
    CPPUNIT_ASSERT(!answer.json()->getValue<bool>("success"));
    CPPUNIT_ASSERT_EQUAL(message, answer.text("message"));
    CPPUNIT_ASSERT(!message.empty());
    CPPUNIT_ASSERT_EQUAL(answer.header("x-request-id"), answer.text("requestId"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), answer.json()->size());
}

/// How long something takes.
class Stopwatch {
public:
    /// Fails the test where more time than `most` has passed.
    void assertWithin(std::chrono::milliseconds most) const {
        const auto took = std::chrono::floor<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - began_);
        CPPUNIT_ASSERT_MESSAGE("took " + std::to_string(took.count()) + " ms", took <= most);
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The body of a request for a credential that differs from others by its name.
inline std::string issueBody(const std::string& name) {
    return R"({"name":")" + name + R"(","email":"ada@example.org","credentialType":"degree"})";
}

/// The body of a request that verifies by id alone.
inline std::string verifyBody(const std::string& id) { return R"({"id":")" + id + R"("})"; }

} // namespace kubecred::test
