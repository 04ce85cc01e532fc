#pragma once

#include "HttpAnswer.h"

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::test {

/// A TCP connection to 127.0.0.1 over which a test sends exactly the bytes that it likes.
class RawConnection {
public:
    /// `receiveBuffer`: how many bytes the system takes from the other side while nobody reads,
    /// about; 0 for what is usual.
    explicit RawConnection(int port, int receiveBuffer = 0);

    void send(std::string_view bytes);
    void shutdownSend();
    void reset(); ///< ends the connection in both directions, at once

    /// The next answer; throws where none is complete within `most`, or the connection ends.
    HttpAnswer receive(bool toHead = false,
                       std::chrono::milliseconds most = std::chrono::seconds(10));

    /// Everything that comes until the other side closes; throws where it does not within `most`.
    std::string receiveUntilClosed(std::chrono::milliseconds most = std::chrono::seconds(10));

    /// Whether nothing more comes and the connection stays open for so long.
    bool staysSilent(std::chrono::milliseconds time = std::chrono::milliseconds(300));

private:
    enum class Read { bytes, end, nothing };
    Read read(std::chrono::milliseconds most);

    Poco::Net::StreamSocket socket_;
    std::string received_;
};

/// Sends `bytes` over a connection of its own, half-closes it, and returns every answer that comes
/// before the other side closes.
std::vector<HttpAnswer> exchange(int port, std::string_view bytes);

/// Sends the pieces one by one, a moment apart, over a connection of its own and returns every
/// answer that comes before the other side closes it, which it must do by itself.
std::vector<HttpAnswer> answersUntilClosed(int port, const std::vector<std::string>& pieces);

/// The statuses of these answers, separated by spaces, to assert their number with them.
std::string statusesOf(const std::vector<HttpAnswer>& answers);

/// The bytes that `request` sends.
std::string requestBytes(const std::string& method, const std::string& path,
                         const std::string& body = {},
                         const std::vector<std::string>& headers = {});

/// One request over a connection of its own. Adds Host, and Content-Length where there is a body.
HttpAnswer request(int port, const std::string& method, const std::string& path,
                   const std::string& body = {}, const std::vector<std::string>& headers = {});

/// `request` for a POST of JSON.
HttpAnswer post(int port, const std::string& path, const std::string& json,
                const std::vector<std::string>& headers = {});

} // namespace kubecred::test
