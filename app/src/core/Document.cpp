#include "kubecred/json/Document.h"

#include "JsonLexemes.h"
#include "kubecred/Error.h"
#include "kubecred/json/Writer.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Handler.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace kubecred::json {
namespace {

[[noreturn]] void refuse(const std::string& detail) {
    throw Error(ErrorKind::malformedRequest, "Malformed JSON", detail);
}

constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

// A byte that no UTF-8 text holds. Poco's parser takes it for the end of the text.
constexpr char notUtf8 = '\xff';

// Takes the parser's events and keeps each member of the outermost object as one Value.
class DocumentBuilder final : public Poco::JSON::Handler {
public:
    explicit DocumentBuilder(const Lexemes& lexemes) : lexemes_(lexemes) {}

    Document document() && { return {std::move(root_), std::move(members_)}; }

    void reset() override {}
    void startObject() override { open(Type::object); }
    void endObject() override { close(); }
    void startArray() override { open(Type::array); }
    void endArray() override { close(); }
    void null() override { scalar(Type::null, "null"); }
    void value(int) override { number(); }
    void value(unsigned) override { number(); }
    void value(Poco::Int64) override { number(); }
    void value(Poco::UInt64) override { number(); }
    void value(double) override { number(); }
    void value(bool value) override { scalar(Type::boolean, value ? "true" : "false"); }

    void key(const std::string& name) override {
        keys_.back().push_back(name);
        if (isOutermostObject())
            members_.push_back({name, {}});
        else
            writer_.key(name);
    }

    void value(const std::string& text) override {
        const bool hasNul = text.find('\0') != std::string::npos;
        if (isMemberOrRoot()) {
            target() = {Type::string, text, hasNul};
            return;
        }
        writer_.string(text);
        target().hasNul |= hasNul;
    }

private:
    bool isOutermostObject() const { return keys_.size() == 1 && root_.type == Type::object; }
    bool isMemberOrRoot() const { return keys_.empty() || isOutermostObject(); }

    // What is being filled: the member that was named last, or the root where it is no object.
    Value& target() { return members_.empty() ? root_ : members_.back().value; }

    void open(Type type) {
        if (isMemberOrRoot()) {
            target().type = type;
            writer_ = Writer();
        }
        const bool isRootObject = keys_.empty() && type == Type::object;
        if (!isRootObject)
            type == Type::object ? writer_.beginObject() : writer_.beginArray();
        types_.push_back(type);
        keys_.emplace_back();
    }

    void close() {
        const Type type = types_.back();
        types_.pop_back();
        refuseDuplicates(keys_.back());
        keys_.pop_back();
        if (keys_.empty() && type == Type::object)
            return;
        type == Type::object ? writer_.endObject() : writer_.endArray();
        if (isMemberOrRoot())
            target().text = std::move(writer_).text();
    }

    // By sorting: whoever chooses the keys can make them collide in a hash table.
    static void refuseDuplicates(std::vector<std::string>& keys) {
        std::ranges::sort(keys);
        if (std::ranges::adjacent_find(keys) != keys.end())
            refuse("duplicate key");
    }

    void scalar(Type type, std::string_view json) {
        if (isMemberOrRoot())
            target() = {type, std::string(json)};
        else
            writer_.raw(json);
    }

    void number() {
        const NumberLexeme& lexeme = lexemes_.numbers.at(nextNumber_++);
        scalar(Type::number, lexeme.spelling);
        target().hasUnholdableNumber |= !lexeme.holdable;
    }

    const Lexemes& lexemes_;
    std::size_t nextNumber_ = 0;
    Value root_;
    std::vector<Member> members_;
    std::vector<Type> types_;
    std::vector<std::vector<std::string>> keys_; // of each open array or object
    Writer writer_;
};

} // namespace

std::string_view nameOf(Type type) noexcept {
    switch (type) {
    case Type::null:
        return "null";
    case Type::number:
        return "number";
    case Type::boolean:
        return "boolean";
    case Type::array:
        return "array";
    case Type::object:
        return "object";
    case Type::string:
        return "string";
    }
    return "unknown";
}

Document::Document(Value root, std::vector<Member> members)
    : root_(std::move(root)), members_(std::move(members)) {}

const Value* Document::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? nullptr : &found->value;
}

Document parse(std::string_view text, int depth) {
    if (text.starts_with(byteOrderMark))
        text.remove_prefix(byteOrderMark.size());
    if (text.find(notUtf8) != std::string_view::npos)
        refuse("not UTF-8");
    if (text.empty())
        return {Value{Type::object, {}}, {}};
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        refuse("white space only");
    const Lexemes lexemes = readLexemes(text);
    if (lexemes.nulInKey)
        refuse("NUL in a key");
    Poco::SharedPtr<DocumentBuilder> builder(new DocumentBuilder(lexemes));
    try {
        Poco::JSON::Parser parser(builder);
        parser.setDepth(static_cast<std::size_t>(depth));
        parser.parse(lexemes.readable);
    } catch (const Poco::Exception&) {
        // Its message quotes the body, which may hold personal data.
        refuse("not a JSON text");
    }
    return std::move(*builder).document();
}

} // namespace kubecred::json
