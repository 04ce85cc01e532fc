#include "kubecred/ClassName.h"

#include "kubecred/Error.h"

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>

namespace kubecred::test {

class ClassNameTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ClassNameTest);
    CPPUNIT_TEST(isReadByPeople);
    CPPUNIT_TEST_SUITE_END();

public:
    void isReadByPeople() {
        CPPUNIT_ASSERT_EQUAL(std::string("std::runtime_error"),
                             classNameOf(std::runtime_error("text")));
        const Error error = Error::unavailable("text");
        CPPUNIT_ASSERT_EQUAL(std::string("kubecred::Error"),
                             classNameOf(static_cast<const std::exception&>(error)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ClassNameTest);

} // namespace kubecred::test
