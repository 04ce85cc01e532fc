#include "storage/cache/CredentialCache.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using storage::CredentialCache;

class CredentialCacheTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CredentialCacheTest);
    CPPUNIT_TEST(findsWhatWasPut);
    CPPUNIT_TEST(keepsSoManyOfThoseUsedLast);
    CPPUNIT_TEST(keepsSoManyBytes);
    CPPUNIT_TEST(takesTheNewerConfirmation);
    CPPUNIT_TEST(removes);
    CPPUNIT_TEST(isSafeFromSeveralThreads);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsWhatWasPut() {
        CredentialCache cache(10, 1 << 20);
        const auto entry = entryOf("Ada");
        cache.put(entry);
        const auto found = cache.find(entry.credential->id);
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), found->credential->name);
        CPPUNIT_ASSERT(found->asOf == entry.asOf);
        CPPUNIT_ASSERT(!cache.find(Uuid::version4()));
    }

    void keepsSoManyOfThoseUsedLast() {
        CredentialCache cache(3, 1 << 20);
        const std::vector entries{entryOf("a"), entryOf("b"), entryOf("c"), entryOf("d")};
        for (std::size_t i = 0; i < 3; ++i)
            cache.put(entries[i]);
        CPPUNIT_ASSERT(cache.find(entries[0].credential->id));
        cache.put(entries[3]);
        CPPUNIT_ASSERT(cache.find(entries[0].credential->id));
        CPPUNIT_ASSERT(!cache.find(entries[1].credential->id));
        CPPUNIT_ASSERT(cache.find(entries[2].credential->id));
        CPPUNIT_ASSERT(cache.find(entries[3].credential->id));
    }

    void keepsSoManyBytes() {
        CredentialCache cache(1000, 50000);
        std::vector<Uuid> ids;
        for (int i = 0; i < 20; ++i) {
            auto entry = entryOf("large", std::string(9000, ' '));
            ids.push_back(entry.credential->id);
            cache.put(std::move(entry));
        }
        int kept = 0;
        for (const auto& id : ids)
            kept += cache.find(id) ? 1 : 0;
        CPPUNIT_ASSERT_EQUAL(5, kept);
        auto huge = entryOf("huge", std::string(60000, ' '));
        const auto id = huge.credential->id;
        cache.put(std::move(huge));
        CPPUNIT_ASSERT(!cache.find(id));
    }

    void takesTheNewerConfirmation() {
        CredentialCache cache(10, 1 << 20);
        auto entry = entryOf("Ada");
        cache.put(entry);
        entry.asOf += std::chrono::seconds(5);
        cache.put(entry);
        CPPUNIT_ASSERT(cache.find(entry.credential->id)->asOf == entry.asOf);
    }

    void removes() {
        CredentialCache cache(10, 1 << 20);
        const auto entry = entryOf("Ada");
        cache.put(entry);
        cache.remove(entry.credential->id);
        cache.remove(entry.credential->id);
        CPPUNIT_ASSERT(!cache.find(entry.credential->id));
    }

    void isSafeFromSeveralThreads() {
        constexpr int count = 4;
        constexpr int rounds = 500;
        CredentialCache cache(50, 1 << 20);
        std::atomic<int> found{0};
        std::atomic<int> foundAfterwards{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < count; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < rounds; ++n) {
                    const auto entry = entryOf("Ada");
                    cache.put(entry);
                    const auto kept = cache.find(entry.credential->id);
                    found += kept && kept->credential == entry.credential ? 1 : 0;
                    cache.remove(entry.credential->id);
                    foundAfterwards += cache.find(entry.credential->id) ? 1 : 0;
                }
            });
        for (auto& thread : threads)
            thread.join();
        CPPUNIT_ASSERT_EQUAL(count * rounds, found.load());
        CPPUNIT_ASSERT_EQUAL(0, foundAfterwards.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, cache.size().entries);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, cache.size().bytes);
    }

private:
    static CredentialCache::Entry entryOf(const std::string& name,
                                          const std::string& metadata = "{}") {
        const Credential credential{Uuid::version4(), name,       "a@example.org", "degree",
                                    metadata,         "worker-1", Timestamp()};
        return {
            std::make_shared<const Credential>(credential), Timestamp(std::chrono::seconds(1)), {}};
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CredentialCacheTest);

} // namespace kubecred::test
