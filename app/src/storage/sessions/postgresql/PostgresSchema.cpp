#include "PostgresSchema.h"

namespace kubecred::storage {

std::string inSchema(std::string_view sql, std::string_view schema) {
    constexpr std::string_view placeholder = "{schema}";
    std::string text;
    for (auto at = sql.find(placeholder); at != std::string_view::npos;
         at = sql.find(placeholder)) {
        text.append(sql.substr(0, at)).append("\"").append(schema).append("\"");
        sql.remove_prefix(at + placeholder.size());
    }
    return text.append(sql);
}

} // namespace kubecred::storage
