#include "ResponseWriter.h"

#include "kubecred/Clock.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <array>

namespace kubecred::http {
namespace {

void appendHeader(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

// IMF-fixdate (RFC 9110, section 5.6.7), made of what ISO 8601 has.
std::string httpDate(Timestamp time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const auto weekday = std::chrono::weekday(day).c_encoding();
    const auto month = static_cast<unsigned>(std::chrono::year_month_day(day).month());
    const std::string iso = toIso8601(time);
    std::string text = days.at(weekday);
    text.append(", ").append(iso, 8, 2).append(" ").append(months.at(month - 1)).append(" ");
    text.append(iso, 0, 4).append(" ").append(iso, 11, 8).append(" GMT");
    return text;
}

void appendSecurity(std::string& out, const AnswerHeaders& headers, int status) {
    out.append("X-Content-Type-Options: nosniff\r\n");
    appendHeader(out, "Content-Security-Policy", headers.contentSecurityPolicy);
    out.append("Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
               "Referrer-Policy: no-referrer\r\n");
    const std::string_view kept = headers.cacheControl;
    appendHeader(out, "Cache-Control", status < 400 ? kept : "no-store");
}

void appendContent(std::string& out, const Response& response) {
    if (response.status == 204)
        return; // has no content, so no length of it (RFC 9110, section 8.6)
    appendHeader(out, "Content-Type", response.contentType);
    appendHeader(out, "Content-Length", std::to_string(response.body.size()));
}

} // namespace

std::string keepAliveHeaders(std::chrono::milliseconds idleTimeout) {
    using std::chrono::seconds;
    const auto told = std::max(std::chrono::floor<seconds>(idleTimeout) - seconds(1), seconds(1));
    std::string headers;
    appendHeader(headers, "Connection", "keep-alive");
    appendHeader(headers, "Keep-Alive", "timeout=" + std::to_string(told.count()));
    return headers;
}

void writeResponse(std::string& out, const Response& response, std::string_view requestId,
                   const AnswerHeaders& headers, const Framing& framing) {
    using Poco::Net::HTTPResponse;
    const auto status = static_cast<HTTPResponse::HTTPStatus>(response.status);
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(HTTPResponse::getReasonForStatus(status)).append("\r\n");
    appendHeader(out, "Date", httpDate(SystemClock().now()));
    appendContent(out, response);
    appendHeader(out, "X-Request-Id", requestId);
    for (const auto& [name, value] : response.headers)
        appendHeader(out, name, value);
    appendSecurity(out, headers, response.status);
    if (framing.close)
        appendHeader(out, "Connection", "close");
    else
        out.append(framing.keepAlive);
    out.append("\r\n");
    if (!framing.head)
        out.append(response.body);
}

} // namespace kubecred::http
