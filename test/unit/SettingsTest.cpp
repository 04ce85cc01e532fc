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
    CPPUNIT_TEST(neverShowsSecrets);
    CPPUNIT_TEST(showsValuesOnOneShortLine);
    CPPUNIT_TEST(saysOneLineForAKey);
    CPPUNIT_TEST(namesUnknownKeys);
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
        CPPUNIT_ASSERT_EQUAL(std::string(), settings.secret("s"));
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
        CPPUNIT_ASSERT_EQUAL(std::string("c=three (here): must be one of one, two"), lines[0]);
        CPPUNIT_ASSERT_EQUAL(
            std::string("http.port=70000 (here): must be a whole number from 1 to 65535"),
            lines[1]);
    }

    void neverShowsSecrets() {
        auto settings = given({{"s", "hush"}});
        CPPUNIT_ASSERT_EQUAL(std::string("hush"), settings.secret("s"));
        settings.reject("s", "longer");
        CPPUNIT_ASSERT_EQUAL(std::string("s (here): must be longer"), settings.badValues().at(0));
        for (const auto& line : given({{"s", "hush"}}).unknownKeys())
            CPPUNIT_ASSERT(line.find("hush") == std::string::npos);
    }

    void showsValuesOnOneShortLine() {
        auto settings = given({{"i", "a\nb\r\x1b\x7f"}, {"l", std::string(1000, 'x')}});
        settings.integer("i", 1, 0, 1);
        settings.integer("l", 1, 0, 1);
        for (const auto& line : settings.badValues()) {
            CPPUNIT_ASSERT(line.size() < 200);
            for (const char c : line)
                CPPUNIT_ASSERT(c >= 0x20 && c < 0x7f);
        }
    }

    void saysOneLineForAKey() {
        auto settings = given({{"i", "x"}});
        settings.integer("i", 1, 0, 1);
        settings.integer("i", 1, 0, 1);
        settings.reject("absent", "something");
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, settings.badValues().size());
    }

    void namesUnknownKeys() {
        auto settings = given({{"known", "1"}, {"htpp.port", "secret"}, {"x\ny", ""}});
        settings.text("known", "");
        settings.text("absent", "");
        const auto lines = settings.unknownKeys();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lines.size());
        CPPUNIT_ASSERT(lines[0].starts_with("htpp.port (here): unknown key"));
        CPPUNIT_ASSERT(lines[1].starts_with("x?y (here)"));
        CPPUNIT_ASSERT(lines[0].find("secret") == std::string::npos);
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
