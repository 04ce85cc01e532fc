#include "http/dispatch/ErrorRendering.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using http::renderError;

class ErrorRenderingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ErrorRenderingTest);
    CPPUNIT_TEST(everyKindHasItsStatus);
    CPPUNIT_TEST(saysMessageAndRequestId);
    CPPUNIT_TEST(keepsTheDetailToItself);
    CPPUNIT_TEST(escapesWhatItSays);
    CPPUNIT_TEST(tellsWhenToTryAgain);
    CPPUNIT_TEST(tellsHowToAuthenticate);
    CPPUNIT_TEST(writesEveryFieldError);
    CPPUNIT_TEST_SUITE_END();

public:
    void everyKindHasItsStatus() {
        const struct {
            ErrorKind kind;
            int status;
        } cases[] = {
            {ErrorKind::malformedRequest, 400},
            {ErrorKind::validation, 400},
            {ErrorKind::unauthorized, 401},
            {ErrorKind::notFound, 404},
            {ErrorKind::methodNotAllowed, 405},
            {ErrorKind::requestTimeout, 408},
            {ErrorKind::lengthRequired, 411},
            {ErrorKind::bodyTooLarge, 413},
            {ErrorKind::unsupportedMediaType, 415},
            {ErrorKind::headersTooLarge, 431},
            {ErrorKind::internal, 500},
            {ErrorKind::unavailable, 503},
        };
        for (const auto& [kind, status] : cases)
            CPPUNIT_ASSERT_EQUAL(status, renderError(Error(kind, "m"), "r").status);
    }

    void saysMessageAndRequestId() {
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"success":false,"message":"Not found","requestId":"request-1"})"),
            renderError(Error(ErrorKind::notFound, "Not found"), "request-1").body);
    }

    void keepsTheDetailToItself() {
        const auto response = renderError(Error::unavailable("SQLSTATE 28P01"), "r");
        CPPUNIT_ASSERT(response.body.find("28P01") == std::string::npos);
    }

    void escapesWhatItSays() {
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"success":false,"message":"\"\n","requestId":"\""})"),
                             renderError(Error(ErrorKind::notFound, "\"\n"), "\"").body);
    }

    void tellsWhenToTryAgain() {
        const auto response = renderError(Error::unavailable("x"), "r");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, response.headers.size());
        CPPUNIT_ASSERT_EQUAL(std::string("Retry-After"), response.headers[0].first);
        CPPUNIT_ASSERT(std::stoi(response.headers[0].second) > 0);
        CPPUNIT_ASSERT(renderError(Error(ErrorKind::internal, "x"), "r").headers.empty());
    }

    void tellsHowToAuthenticate() {
        const auto response = renderError(Error(ErrorKind::unauthorized, "x"), "r");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, response.headers.size());
        CPPUNIT_ASSERT_EQUAL(std::string("WWW-Authenticate"), response.headers[0].first);
        CPPUNIT_ASSERT_EQUAL(std::string("Bearer"), response.headers[0].second);
    }

    void writesEveryFieldError() {
        using Code = FieldError::Code;
        const auto response =
            renderError(Error::validation({{.code = Code::invalidType,
                                            .message = "M1",
                                            .expected = "object",
                                            .received = "array"},
                                           {Code::tooSmall, {"a"}, "M2", {}, {}, 1},
                                           {Code::tooBig, {"b"}, "M3", {}, {}, 100},
                                           {Code::invalidEmail, {"c"}, "M4"},
                                           {Code::invalidUuid, {"d"}, "M5"},
                                           {Code::custom, {"e"}, "M6"},
                                           {Code::custom, {"f", std::size_t{3}, ""}, "M7"}}),
                        "request-1");
        CPPUNIT_ASSERT_EQUAL(400, response.status);
        CPPUNIT_ASSERT_EQUAL(
            std::string(
                R"({"success":false,"message":"Validation failed","errors":[)"
                R"({"code":"invalid_type","expected":"object","received":"array","path":[],)"
                R"("message":"M1"},)"
                R"({"code":"too_small","minimum":1,"type":"string","inclusive":true,)"
                R"("exact":false,"message":"M2","path":["a"]},)"
                R"({"code":"too_big","maximum":100,"type":"string","inclusive":true,)"
                R"("exact":false,"message":"M3","path":["b"]},)"
                R"({"validation":"email","code":"invalid_string","message":"M4","path":["c"]},)"
                R"({"validation":"uuid","code":"invalid_string","message":"M5","path":["d"]},)"
                R"({"code":"custom","message":"M6","path":["e"]},)"
                R"({"code":"custom","message":"M7","path":["f",3,""]}]})"),
            response.body);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ErrorRenderingTest);

} // namespace kubecred::test
