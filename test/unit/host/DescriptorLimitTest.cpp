#include "host/process/DescriptorLimit.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sys/resource.h>

namespace kubecred::test {

class DescriptorLimitTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DescriptorLimitTest);
    CPPUNIT_TEST(raisesTheSoftLimitToTheHardOne);
    CPPUNIT_TEST(leavesWhatFits);
    CPPUNIT_TEST(lowersWhatDoesNotFit);
    CPPUNIT_TEST_SUITE_END();

public:
    void raisesTheSoftLimitToTheHardOne() {
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        const rlimit lowered{limit.rlim_max / 2, limit.rlim_max};
        CPPUNIT_ASSERT_EQUAL(0, setrlimit(RLIMIT_NOFILE, &lowered));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{limit.rlim_max}, host::raiseDescriptorLimit());
        getrlimit(RLIMIT_NOFILE, &limit);
        CPPUNIT_ASSERT_EQUAL(limit.rlim_max, limit.rlim_cur);
    }

    void leavesWhatFits() { CPPUNIT_ASSERT_EQUAL(std::size_t{10000}, connections(10000, 1048576)); }

    void lowersWhatDoesNotFit() {
        CPPUNIT_ASSERT_EQUAL(std::size_t{1024 - 256}, connections(10000, 1024));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, connections(10000, 100));
    }

private:
    static std::size_t connections(std::size_t wanted, std::uint64_t descriptors) {
        http::Limits limits;
        limits.connections = wanted;
        return host::fitted(limits, descriptors).connections;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DescriptorLimitTest);

} // namespace kubecred::test
