#include "kubecred/Settings.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <string>

namespace kubecred::test {

class SettingsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SettingsTest);
    CPPUNIT_TEST(readsWhatIsGiven);
    CPPUNIT_TEST(fallsBack);
    CPPUNIT_TEST(refusesBadIntegers);
    CPPUNIT_TEST(boundsAreIncluded);
    CPPUNIT_TEST(refusesBadChoices);
    CPPUNIT_TEST(namesKeyOriginAndRange);
    CPPUNIT_TEST(neverShowsAValue);
    CPPUNIT_TEST(saysOneLineForAKey);
    CPPUNIT_TEST(namesUnknownKeys);
    CPPUNIT_TEST(doesNotShowWhatMayBeNoKey);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsWhatIsGiven() {
        auto settings = given({{"t", " kept "}, {"i", "-7"}, {"b", "false"}, {"c", "two"}});
        CPPUNIT_ASSERT_EQUAL(std::string(" kept "), settings.text("t", "x"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{-7}, settings.integer("i", 1, -10, 10));
        CPPUNIT_ASSERT(!settings.boolean("b", true));
        CPPUNIT_ASSERT_EQUAL(std::string("two"), settings.choice("c", "one", choices));
        CPPUNIT_ASSERT(settings.given("t") && !settings.given("x"));
        CPPUNIT_ASSERT(settings.badValues().empty() && settings.unknownKeys().empty());
    }

    void fallsBack() {
        auto settings = given({});
        CPPUNIT_ASSERT_EQUAL(std::string("x"), settings.text("t", "x"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, settings.integer("i", 1, 0, 10));
        CPPUNIT_ASSERT(settings.boolean("b", true));
        CPPUNIT_ASSERT_EQUAL(std::string("one"), settings.choice("c", "one", choices));
        CPPUNIT_ASSERT(settings.badValues().empty());
    }

    void refusesBadIntegers() {
        for (const char* value : {"", " ", "x", "1x", "1.0", "1e1", "+1", " 1", "1 ", "0x1", "--1",
                                  "11", "-1", "99999999999999999999"}) {
            auto settings = given({{"i", value}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(value, std::int64_t{5}, settings.integer("i", 5, 0, 10));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(value, std::size_t{1}, settings.badValues().size());
        }
    }

    void boundsAreIncluded() {
        auto settings = given({{"least", "0"}, {"most", "10"}});
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, settings.integer("least", 5, 0, 10));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{10}, settings.integer("most", 5, 0, 10));
        CPPUNIT_ASSERT(settings.badValues().empty());
    }

    void refusesBadChoices() {
        for (const char* value : {"", "True", "yes", "1", " true"}) {
            auto settings = given({{"b", value}, {"c", value}});
            CPPUNIT_ASSERT(settings.boolean("b", true));
            CPPUNIT_ASSERT_EQUAL(std::string("one"), settings.choice("c", "one", choices));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(value, std::size_t{2}, settings.badValues().size());
        }
    }

    void namesKeyOriginAndRange() {
        auto settings = given({{"http.port", "70000"}, {"c", "three"}});
        settings.integer("http.port", 1, 1, 65535);
        settings.choice("c", "one", choices);
        const auto lines = settings.badValues();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lines.size());
        CPPUNIT_ASSERT_EQUAL(std::string("c (here): must be one of one, two"), lines[0]);
        CPPUNIT_ASSERT_EQUAL(
            std::string("http.port (here): must be a whole number from 1 to 65535"), lines[1]);
    }

    void neverShowsAValue() {
        auto settings =
            given({{"i", "hunter2"}, {"b", "hunter2"}, {"c", "hunter2"}, {"t", "hunter2"}});
        settings.integer("i", 1, 0, 1);
        settings.boolean("b", true);
        settings.choice("c", "one", choices);
        settings.text("t", "");
        settings.reject("t", "longer");
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, settings.badValues().size());
        for (const auto& line : settings.badValues())
            CPPUNIT_ASSERT_MESSAGE(line, line.find("hunter2") == std::string::npos);
    }

    void saysOneLineForAKey() {
        auto settings = given({{"i", "x"}});
        settings.integer("i", 1, 0, 1);
        settings.integer("i", 1, 0, 1);
        settings.reject("absent", "something");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, settings.badValues().size());
    }

    void namesUnknownKeys() {
        auto settings = given({{"http.port", "1"}, {"http.prot", "hunter2"}, {"http.port.x", ""}});
        settings.text("http.port", "");
        settings.text("absent", "");
        const auto lines = settings.unknownKeys();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lines.size());
        CPPUNIT_ASSERT(lines[0].starts_with("http.port.x (here): unknown key"));
        CPPUNIT_ASSERT(lines[1].starts_with("http.prot (here): unknown key"));
        CPPUNIT_ASSERT(lines[1].find("hunter2") == std::string::npos);
    }

    void doesNotShowWhatMayBeNoKey() {
        for (const char* text : {"hunter2", "database.password hunter2", "hunter2.port", "known",
                                 "database.hunter2\n", "database.\xc3\xbc-hunter2"}) {
            auto settings = given({{text, ""}});
            settings.text("database.password", "");
            settings.text("knowns", "");
            CPPUNIT_ASSERT_EQUAL(
                std::string("here: unknown key; config/ documents those there are"),
                settings.unknownKeys().at(0));
        }
    }

private:
    static Settings given(const std::map<std::string, std::string>& values) {
        std::map<std::string, SettingValue, std::less<>> settings;
        for (const auto& [key, value] : values)
            settings[key] = {value, "here"};
        return Settings(std::move(settings));
    }

    static constexpr std::array<std::string_view, 2> choices{"one", "two"};
};

CPPUNIT_TEST_SUITE_REGISTRATION(SettingsTest);

} // namespace kubecred::test
