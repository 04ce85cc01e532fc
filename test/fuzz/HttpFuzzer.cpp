// Bytes of a connection to bytes of the answers, and the same however the bytes are cut.

#include "Fuzz.h"
#include "Service.h"
#include "http/Limits.h"
#include "http/message/RequestParser.h"
#include "http/message/ResponseWriter.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using namespace kubecred;

const std::string peer = "10.1.2.3";

// Reads on until a request is whole, as a connection does; the statuses of all answers.
std::string statusesOf(fuzz::Service& service, std::string_view bytes, std::size_t piece) {
    std::string statuses;
    std::string input;
    std::optional<http::RequestParser> parser;
    while (!bytes.empty()) {
        input.append(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (;;) {
            if (!parser)
                parser.emplace(http::Limits());
            try {
                input.erase(0, parser->put(input));
            } catch (const Error& error) {
                http::Exchange exchange{parser->request(), peer, {}};
                return statuses + std::to_string(service.refuse(exchange, error).status);
            }
            if (!parser->done())
                break;
            http::Exchange exchange{parser->request(), peer, {}};
            const auto response = service.answer(exchange);
            std::string out;
            const bool head = exchange.request.method == http::Method::head;
            http::writeResponse(out, response, exchange.requestId, exchange.policy().answerHeaders,
                                {head, !parser->keepAlive(), "Connection: keep-alive\r\n"});
            fuzz::require(out.starts_with("HTTP/1.1 "), "an answer is HTTP/1.1");
            fuzz::require(out.find("\r\n\r\n") != std::string::npos, "an answer has a head");
            statuses += std::to_string(response.status) + " ";
            if (!parser->keepAlive())
                return statuses;
            parser.reset();
            if (input.empty())
                break;
        }
    }
    return statuses;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::Service service;
    if (size < 2)
        return 0;
    const std::size_t piece = 1 + data[0];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = statusesOf(service, bytes, bytes.size());
    fuzz::require(whole == statusesOf(service, bytes, piece), "cutting changes no answer");
    return 0;
}
