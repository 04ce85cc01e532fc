#pragma once

#include "ThrownError.h"
#include "http/dispatch/ErrorRendering.h"
#include "kubecred/http/Router.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

/// The error objects, comma-separated, that `handler` has for a body that it must refuse.
inline std::string validationErrors(const http::Handler& handler, const std::string& body) {
    const http::Request request{
        http::Method::post, "/", {{"Content-Type", "application/json"}}, body};
    const Error error = thrownError([&] { await(handler(request, {})); }, body);
    const auto response = http::renderError(error, "request-1");
    CPPUNIT_ASSERT_EQUAL(400, response.status);
    const std::string before = R"({"success":false,"message":"Validation failed","errors":[)";
    const std::string after = "]}";
    CPPUNIT_ASSERT_EQUAL(before, response.body.substr(0, before.size()));
    CPPUNIT_ASSERT(response.body.ends_with(after));
    return response.body.substr(before.size(), response.body.size() - before.size() - after.size());
}

/// The error object for a value of another type, or for none ("undefined").
inline std::string typeError(const std::string& field, const std::string& received,
                             const std::string& expected = "string") {
    const std::string message =
        received == "undefined" ? "Required" : "Expected " + expected + ", received " + received;
    return R"({"code":"invalid_type","expected":")" + expected + R"(","received":")" + received +
           R"(","path":[)" + (field.empty() ? "" : "\"" + field + "\"") + R"(],"message":")" +
           message + "\"}";
}

inline std::string emptyError(const std::string& field, const std::string& message) {
    return R"({"code":"too_small","minimum":1,"type":"string","inclusive":true,"exact":false,)"
           R"("message":")" +
           message + R"(","path":[")" + field + "\"]}";
}

inline std::string lengthError(const std::string& field, const std::string& maximum) {
    return R"({"code":"too_big","maximum":)" + maximum +
           R"(,"type":"string","inclusive":true,"exact":false,)"
           R"("message":"String must contain at most )" +
           maximum + R"x( character(s)","path":[")x" + field + "\"]}";
}

inline std::string emailError() {
    return R"({"validation":"email","code":"invalid_string",)"
           R"("message":"Valid email is required","path":["email"]})";
}

inline std::string uuidError() {
    return R"({"validation":"uuid","code":"invalid_string",)"
           R"("message":"Valid UUID is required","path":["id"]})";
}

inline std::string customError(const std::string& field, const std::string& message) {
    return R"({"code":"custom","message":")" + message + R"(","path":[")" + field + "\"]}";
}

inline std::string repeated(const std::string& text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

} // namespace kubecred::test
