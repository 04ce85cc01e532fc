#include "PostgresArray.h"

#include <utility>

namespace kubecred::storage {

void PostgresArray::add(std::string_view element) {
    text_ += text_.size() == 1 ? "\"" : ",\"";
    for (auto special = element.find_first_of("\"\\"); special != std::string_view::npos;
         special = element.find_first_of("\"\\")) {
        text_.append(element.substr(0, special)).append({'\\', element[special]});
        element.remove_prefix(special + 1);
    }
    text_.append(element).append("\"");
}

std::string PostgresArray::text() && {
    text_ += '}';
    return std::move(text_);
}

} // namespace kubecred::storage
