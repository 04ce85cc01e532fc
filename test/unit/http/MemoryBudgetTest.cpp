#include "http/MemoryBudget.h"

#include <cppunit/extensions/HelperMacros.h>

namespace kubecred::test {

using http::MemoryBudget;
using http::MemoryShare;

class MemoryBudgetTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MemoryBudgetTest);
    CPPUNIT_TEST(boundsWhatAllHold);
    CPPUNIT_TEST(countsNothingBelowWhatIsFree);
    CPPUNIT_TEST(keepsWhatWasHeldWhereThereIsNoRoomForMore);
    CPPUNIT_TEST(hasLessPatienceTheMoreIsHeld);
    CPPUNIT_TEST(tellsOnceOfASurplus);
    CPPUNIT_TEST_SUITE_END();

public:
    void boundsWhatAllHold() {
        MemoryBudget budget(1000);
        {
            MemoryShare one(budget);
            MemoryShare other(budget);
            CPPUNIT_ASSERT(one.resize(free + 600));
            CPPUNIT_ASSERT(!other.resize(free + 401));
            CPPUNIT_ASSERT(other.resize(free + 400));
            CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, budget.held());
            CPPUNIT_ASSERT(one.resize(free + 1));
            CPPUNIT_ASSERT(other.grow(599) && !other.grow(1));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, budget.held());
    }

    void countsNothingBelowWhatIsFree() {
        MemoryBudget budget(1);
        MemoryShare other(budget);
        CPPUNIT_ASSERT(other.resize(free + 1));
        MemoryShare share(budget);
        CPPUNIT_ASSERT(share.resize(free) && !share.counts());
        CPPUNIT_ASSERT(!share.resize(free + 1) && !share.counts());
        CPPUNIT_ASSERT(other.counts());
    }

    void keepsWhatWasHeldWhereThereIsNoRoomForMore() {
        MemoryBudget budget(100);
        MemoryShare share(budget);
        CPPUNIT_ASSERT(share.resize(free + 60) && !share.resize(free + 101));
        CPPUNIT_ASSERT_EQUAL(std::size_t{60}, budget.held());
        CPPUNIT_ASSERT(share.grow(40));
    }

    void hasLessPatienceTheMoreIsHeld() {
        MemoryBudget budget(1000);
        double before = budget.patience();
        CPPUNIT_ASSERT_EQUAL(1.0, before);
        CPPUNIT_ASSERT(budget.tryTake(500));
        CPPUNIT_ASSERT_EQUAL(1.0, budget.patience());
        for (int i = 0; i < 4; ++i) {
            CPPUNIT_ASSERT(budget.tryTake(100));
            CPPUNIT_ASSERT(budget.patience() < before);
            before = budget.patience();
        }
        CPPUNIT_ASSERT(budget.tryTake(100));
        CPPUNIT_ASSERT_EQUAL(0.1, budget.patience());
    }

    void tellsOnceOfASurplus() {
        constexpr std::size_t much = 64 << 20;
        MemoryBudget budget(much);
        CPPUNIT_ASSERT(!budget.takeSurplus());
        CPPUNIT_ASSERT(budget.tryTake(much));
        CPPUNIT_ASSERT(!budget.takeSurplus());
        budget.give(much);
        CPPUNIT_ASSERT(budget.takeSurplus());
        CPPUNIT_ASSERT(!budget.takeSurplus());
        CPPUNIT_ASSERT(budget.tryTake(1000));
        budget.give(1000);
        CPPUNIT_ASSERT(!budget.takeSurplus());
    }

private:
    static constexpr std::size_t free = MemoryBudget::freeBytes;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MemoryBudgetTest);

} // namespace kubecred::test
