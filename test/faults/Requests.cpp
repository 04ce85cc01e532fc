#include "Requests.h"

#include "support/RawConnection.h"

#include <cppunit/extensions/HelperMacros.h>

namespace kubecred::test {

HttpAnswer issueOne(int port, const std::string& name) {
    return post(port, "/issuance/credentials",
                R"({"name":")" + name +
                    R"(","email":"one@example.org","credentialType":"degree"})");
}

std::string issuedId(int port, const std::string& name) {
    const auto answer = issueOne(port, name);
    CPPUNIT_ASSERT_EQUAL(201, answer.status);
    return answer.text("credential.id");
}

HttpAnswer verifyOne(int port, const std::string& id) {
    return post(port, "/verification/credentials", R"({"id":")" + id + R"("})");
}

} // namespace kubecred::test
