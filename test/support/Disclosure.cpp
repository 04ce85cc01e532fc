#include "Disclosure.h"

#include <vector>

namespace kubecred::test {
namespace {

// Tests name their people Ada and so on, and their secrets as below.
const std::vector<std::string_view> everywhere{"SELECT ",
                                               "INSERT INTO",
                                               "UPDATE ",
                                               "DELETE FROM",
                                               "CREATE TABLE",
                                               "ON CONFLICT",
                                               "pg_",
                                               "sqlite",
                                               "SQLSTATE",
                                               "relation \"",
                                               "constraint \"",
                                               "libpq",
                                               "what():",
                                               "terminate called",
                                               "/usr/",
                                               "/tmp/",
                                               "/home/",
                                               "/root/",
                                               "/var/",
                                               "/etc/",
                                               "/proc/",
                                               ".cpp",
                                               ".so",
                                               "localhost",
                                               KUBECRED_SOURCE_DIR,
                                               "@example",
                                               "Ada ",
                                               "sesame",
                                               "kc_",
                                               "assword"};

// A log line may name a class of fault and the machine itself.
const std::vector<std::string_view> inBodies{"127.0.0.1", "0x", "Poco::", "std::"};

std::string firstOf(const std::vector<std::string_view>& needles, std::string_view text) {
    for (const auto needle : needles)
        if (const auto place = text.find(needle); place != std::string_view::npos) {
            const auto from = place < 60 ? 0 : place - 60;
            return "\"" + std::string(needle) + "\" in: " + std::string(text.substr(from, 160));
        }
    return {};
}

bool isCredential(const HttpAnswer& answer) {
    return answer.status < 300 && answer.body.find("\"credential\":{") != std::string::npos;
}

} // namespace

std::string disclosureIn(const HttpAnswer& answer) {
    std::string text;
    for (const auto& [name, value] : answer.headers)
        text += name + ": " + value + "\n";
    if (!isCredential(answer))
        text += answer.body;
    const std::string found = firstOf(everywhere, text);
    return found.empty() ? firstOf(inBodies, text) : found;
}

std::string disclosureIn(std::string_view log) { return firstOf(everywhere, log); }

} // namespace kubecred::test
