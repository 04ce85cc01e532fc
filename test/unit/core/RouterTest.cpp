#include "kubecred/http/Router.h"

#include "support/Started.h"

#include <algorithm>
#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using http::Method;

class RouterTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RouterTest);
    CPPUNIT_TEST(findsWhatWasRegistered);
    CPPUNIT_TEST(acceptsOneTrailingSlash);
    CPPUNIT_TEST(answersHeadByGet);
    CPPUNIT_TEST(listsAllowedMethods);
    CPPUNIT_TEST(allowsWhatIsThereOnly);
    CPPUNIT_TEST(unknownPathsAllowNothing);
    CPPUNIT_TEST(refusesARouteTwice);
    CPPUNIT_TEST(tellsWhoMayCall);
    CPPUNIT_TEST(findsTemplates);
    CPPUNIT_TEST(prefersFixedPaths);
    CPPUNIT_TEST(prefersMoreLiterals);
    CPPUNIT_TEST(refusesTemplatesThatConflict);
    CPPUNIT_TEST(listsTheMethodsOfATemplate);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        router_ = {};
        add(Method::get, "/health", 1);
        add(Method::post, "/credentials", 2);
        add(Method::get, "/both", 3);
        add(Method::post, "/both", 4);
    }

    void findsWhatWasRegistered() {
        CPPUNIT_ASSERT_EQUAL(1, answer(Method::get, "/health"));
        CPPUNIT_ASSERT_EQUAL(2, answer(Method::post, "/credentials"));
        CPPUNIT_ASSERT_EQUAL(3, answer(Method::get, "/both"));
        CPPUNIT_ASSERT_EQUAL(4, answer(Method::post, "/both"));
        CPPUNIT_ASSERT_EQUAL(std::string("/both"),
                             std::string(router_.match(Method::post, "/both").route));
    }

    void acceptsOneTrailingSlash() {
        CPPUNIT_ASSERT_EQUAL(1, answer(Method::get, "/health/"));
        CPPUNIT_ASSERT_EQUAL(std::string("/health"),
                             std::string(router_.match(Method::get, "/health/").route));
        for (const char* path : {"/health//", "//health", "/", "//", "", "health"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 0, answer(Method::get, path));
    }

    void answersHeadByGet() {
        CPPUNIT_ASSERT_EQUAL(1, answer(Method::head, "/health"));
        CPPUNIT_ASSERT_EQUAL(0, answer(Method::head, "/credentials"));
    }

    void listsAllowedMethods() {
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, OPTIONS"), allow(Method::post, "/health"));
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"), allow(Method::get, "/credentials"));
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"), allow(Method::head, "/credentials/"));
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, POST, OPTIONS"),
                             allow(Method::delete_, "/both"));
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, POST, OPTIONS"),
                             allow(Method::other, "/both"));
    }

    void allowsWhatIsThereOnly() {
        router_.add(Method::delete_, "/both", {.access = http::Access::admin},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        const auto allowed = [&](std::string_view route, http::Access hidden) {
            return router_.allowed(route, [&](auto access) { return access != hidden; });
        };
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, POST, OPTIONS"),
                             allowed("/both", http::Access::admin));
        CPPUNIT_ASSERT_EQUAL(std::string("DELETE, OPTIONS"),
                             allowed("/both", http::Access::anyone));
        CPPUNIT_ASSERT_EQUAL(std::string(), allowed("/health", http::Access::anyone));
    }

    void unknownPathsAllowNothing() {
        for (const char* path : {"/nothing", "/Health", "/health/x", "/heal", "/health?x=1", "*"}) {
            const auto match = router_.match(Method::get, path);
            CPPUNIT_ASSERT_MESSAGE(path, match.handler == nullptr);
            CPPUNIT_ASSERT_MESSAGE(path, match.route.empty());
            CPPUNIT_ASSERT_EQUAL(std::string(), allow(Method::get, path));
        }
    }

    void refusesARouteTwice() {
        CPPUNIT_ASSERT_THROW(add(Method::get, "/health", 5), std::logic_error);
        CPPUNIT_ASSERT_EQUAL(1, answer(Method::get, "/health"));
    }

    void tellsWhoMayCall() {
        const auto before = router_.routes().size();
        router_.add(Method::get, "/locked", {.access = http::Access::admin},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        CPPUNIT_ASSERT(router_.match(Method::get, "/locked/").policy->access ==
                       http::Access::admin);
        CPPUNIT_ASSERT(router_.match(Method::head, "/locked").policy->access ==
                       http::Access::admin);
        const auto routes = router_.routes();
        CPPUNIT_ASSERT_EQUAL(before + 1, routes.size());
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1},
                             std::ranges::count_if(routes, [](const auto& route) {
                                 return route.path == "/locked" && route.method == Method::get &&
                                        route.access == http::Access::admin;
                             }));
    }

    void findsTemplates() {
        add(Method::get, "/credentials/{id}", 5);
        add(Method::post, "/credentials/{id}", 6);
        CPPUNIT_ASSERT_EQUAL(5, answer(Method::get, "/credentials/7"));
        CPPUNIT_ASSERT_EQUAL(5, answer(Method::head, "/credentials/7/"));
        CPPUNIT_ASSERT_EQUAL(6, answer(Method::post, "/credentials/7"));
        for (const char* path : {"/credentials//", "/credentials/7//", "/credentials/7/8", "/x/7"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 0, answer(Method::get, path));
        const auto match = router_.match(Method::get, "/credentials/a%20b");
        CPPUNIT_ASSERT_EQUAL(std::string_view("/credentials/{id}"), match.route);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, match.parameters.size());
        CPPUNIT_ASSERT_EQUAL(std::string("a b"), match.parameters.front().value);
        CPPUNIT_ASSERT(router_.match(Method::get, "/health").parameters.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("{id}"),
                             router_.match(Method::get, "/credentials/{id}").parameters[0].value);
        CPPUNIT_ASSERT(router_.match(Method::get, "/credentials/%ff").route.empty());
    }

    void prefersFixedPaths() {
        add(Method::get, "/credentials/{id}", 5);
        add(Method::post, "/credentials/new", 6);
        CPPUNIT_ASSERT_EQUAL(6, answer(Method::post, "/credentials/new"));
        CPPUNIT_ASSERT_EQUAL(5, answer(Method::get, "/credentials/old"));
        CPPUNIT_ASSERT_EQUAL(0, answer(Method::get, "/credentials/new")); // by its other method
    }

    void prefersMoreLiterals() {
        for (const bool isReversed : {false, true}) {
            router_ = {};
            std::vector<std::pair<std::string, int>> patterns{
                {"/a/{x}/{y}", 1}, {"/a/{x}/c", 2}, {"/{x}/{y}/{z}", 3}, {"/a/{x}/{y}/d", 4}};
            if (isReversed)
                std::ranges::reverse(patterns);
            for (const auto& [pattern, status] : patterns)
                add(Method::get, pattern, status);
            CPPUNIT_ASSERT_EQUAL(1, answer(Method::get, "/a/b/x"));
            CPPUNIT_ASSERT_EQUAL(2, answer(Method::get, "/a/b/c"));
            CPPUNIT_ASSERT_EQUAL(3, answer(Method::get, "/b/b/c"));
            CPPUNIT_ASSERT_EQUAL(4, answer(Method::get, "/a/b/c/d"));
            CPPUNIT_ASSERT_EQUAL(0, answer(Method::get, "/a/b/c/e"));
        }
    }

    void refusesTemplatesThatConflict() {
        add(Method::get, "/a/{x}", 1);
        add(Method::get, "/b/{x}/c", 1);
        for (const char* pattern : {"/a/{x}", "/a/{y}", "/{x}/a", "/{x}/d/c", "/b/d/{x}", "/b/{"})
            CPPUNIT_ASSERT_THROW_MESSAGE(pattern, add(Method::get, pattern, 2), std::logic_error);
        add(Method::get, "/{x}/{y}", 2);
        CPPUNIT_ASSERT_EQUAL(1, answer(Method::get, "/a/b"));
        CPPUNIT_ASSERT_EQUAL(2, answer(Method::get, "/b/a"));
    }

    void listsTheMethodsOfATemplate() {
        add(Method::get, "/a/{x}", 1);
        add(Method::put, "/a/{x}", 1);
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, PUT, OPTIONS"), allow(Method::post, "/a/b"));
        const auto routes = router_.routes();
        CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{2},
                             std::ranges::count(routes, "/a/{x}", &http::Route::path));
    }

private:
    void add(Method method, const std::string& path, int status) {
        router_.add(method, path, {.access = http::Access::anyone},
                    [status](const http::Request&, const RequestContext&) {
                        return http::Response{status, {}};
                    });
    }

    // The status that the handler gives, 0 where there is no handler.
    int answer(Method method, std::string_view path) const {
        const auto match = router_.match(method, path);
        return match.handler == nullptr ? 0 : await((*match.handler)({}, {})).status;
    }

    std::string allow(Method method, std::string_view path) const {
        const auto match = router_.match(method, path);
        CPPUNIT_ASSERT(match.handler == nullptr);
        return router_.allowed(match.route, [](http::Access) { return true; });
    }

    http::Router router_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RouterTest);

} // namespace kubecred::test
