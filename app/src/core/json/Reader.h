#pragma once

#include "Tree.h"
#include "kubecred/json/Document.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace kubecred::json {

/// Reads one JSON text from left to right into a tree. For one text only.
class Reader {
public:
    /// `text` is at most 4 GiB and stays as it is while it is read.
    Reader(std::string_view text, const Limits& limits);

    /// Throws as json::parse does.
    Tree read();

private:
    void takeValue();
    bool isAnotherValueNext();
    void takeName();
    void takeString();
    void takeNumber();
    void takeLiteral(std::string_view literal, Node node);
    void open(Type type);
    void close();
    void refuseSameNames();

    void add(Node node);
    char next();
    bool take(char c);

    std::string_view text_; ///< what is left of it
    Limits limits_;
    Tree tree_;
    std::vector<std::uint32_t> open_;     ///< the arrays and objects around the next value
    std::vector<std::string_view> names_; ///< of the object that is being closed
};

/// Throws the Error of json::parse. `detail` goes into the log and never quotes the text.
[[noreturn]] void refuse(const char* detail);

} // namespace kubecred::json
