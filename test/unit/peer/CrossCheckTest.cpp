#include "peer/CrossCheckedStorage.h"

#include "kubecred/Error.h"
#include "support/FoundCredential.h"
#include "support/Started.h"
#include "unit/FailedDeferred.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using Found = std::optional<FoundCredential>;

namespace {

/// A side that answers as it is told and knows how often it was asked.
class Side final : public peer::Peer {
public:
    Deferred<Found> find(const LookUp& lookUp, const RequestContext& given) override {
        ++questions;
        asked = lookUp;
        context = given;
        if (isDown)
            return failed<Found>(Error::unavailable(name + " unreachable"));
        return stored;
    }

    bool answers() const override { return !fails; }

    explicit Side(std::string called) : name(std::move(called)) {}

    void has() { stored = foundCredential({Uuid(), "Ada", "a@b.ch", "degree", "{}", name, {}}); }

    std::string name;
    Found stored;
    bool isDown = false;
    bool fails = false; // of late
    int questions = 0;
    LookUp asked;
    RequestContext context;
};

} // namespace

/// What of two sides decides, in every combination.
class CrossCheckTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CrossCheckTest);
    CPPUNIT_TEST(asksNobodyElseForWhatItHas);
    CPPUNIT_TEST(asksThePeerForWhatItLacks);
    CPPUNIT_TEST(asksThePeerWhileItsOwnDatabaseIsAway);
    CPPUNIT_TEST(aPeerThatFailsMakesNothingWorse);
    CPPUNIT_TEST(leavesThePeerSomeOfTheTime);
    CPPUNIT_TEST(keepsItsTimeWhileThePeerDoesNotAnswer);
    CPPUNIT_TEST_SUITE_END();

public:
    void asksNobodyElseForWhatItHas() {
        own_.has();
        CPPUNIT_ASSERT_EQUAL(std::string("own"), find()->credential->issuedBy);
        CPPUNIT_ASSERT_EQUAL(0, peer_.questions);
    }

    void asksThePeerForWhatItLacks() {
        CPPUNIT_ASSERT(!find());
        CPPUNIT_ASSERT_EQUAL(1, peer_.questions);
        peer_.has();
        peer_.stored->basis = FoundCredential::Basis::outage; // of its own, which is no matter here
        CPPUNIT_ASSERT_EQUAL(std::string("peer"), find()->credential->issuedBy);
        CPPUNIT_ASSERT(find()->basis == FoundCredential::Basis::database);
        CPPUNIT_ASSERT_EQUAL(std::string_view("request-1"), peer_.context.trace.requestId);
    }

    void asksThePeerWhileItsOwnDatabaseIsAway() {
        own_.isDown = true;
        CPPUNIT_ASSERT_EQUAL(std::string("own unreachable"),
                             thrownError([&] { find(); }).detail()); // it may well be genuine
        peer_.has();
        CPPUNIT_ASSERT_EQUAL(std::string("peer"), find()->credential->issuedBy);
        CPPUNIT_ASSERT(find()->basis == FoundCredential::Basis::outage);
    }

    void aPeerThatFailsMakesNothingWorse() {
        peer_.isDown = true;
        CPPUNIT_ASSERT(!find());
        own_.isDown = true;
        CPPUNIT_ASSERT_EQUAL(std::string("own unreachable"), thrownError([&] { find(); }).detail());
        own_.isDown = false;
        own_.has();
        CPPUNIT_ASSERT(find());
    }

    void keepsItsTimeWhileThePeerDoesNotAnswer() {
        const auto now = std::chrono::steady_clock::now();
        peer_.fails = true;
        CPPUNIT_ASSERT(!await(crossChecked_.find({Uuid()}, {now + 2000ms})));
        CPPUNIT_ASSERT(own_.context.deadline == now + 2000ms);
        CPPUNIT_ASSERT_EQUAL(1, peer_.questions); // or it would never be known to answer again
    }

    void leavesThePeerSomeOfTheTime() {
        const auto now = std::chrono::steady_clock::now();
        await(crossChecked_.find({Uuid()}, {now + 2000ms}));
        CPPUNIT_ASSERT(own_.context.deadline >= now + 1500ms);
        CPPUNIT_ASSERT(own_.context.deadline <= now + 1600ms);
        CPPUNIT_ASSERT(!own_.asked.confirms);
        await(crossChecked_.find({.id = Uuid(), .confirms = true}, {now + 2000ms}));
        CPPUNIT_ASSERT(own_.asked.confirms);
        CPPUNIT_ASSERT(peer_.context.deadline == now + 2000ms);
    }

private:
    Found find() {
        return await(crossChecked_.find(
            {Uuid()}, {std::chrono::steady_clock::now() + 1s, {"request-1", {}, {}}}));
    }

    Side own_{"own"};
    Side peer_{"peer"};
    peer::CrossCheckedReader crossChecked_{own_, peer_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrossCheckTest);

} // namespace kubecred::test
