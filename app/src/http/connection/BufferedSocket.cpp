#include "BufferedSocket.h"

#include <Poco/Exception.h>

#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <string_view>

namespace kubecred::http {
namespace {

// Buffers up to this size stay with a connection for its next request.
constexpr std::size_t keptBytes = 4096;

void releaseBeyond(std::string& buffer, std::size_t most) noexcept {
    if (buffer.empty() && buffer.capacity() > most)
        std::string().swap(buffer);
}

} // namespace

BufferedSocket::BufferedSocket(const Poco::Net::StreamSocket& socket) : socket_(socket) {
    socket_.setBlocking(false);
    socket_.setNoDelay(true);
}

void BufferedSocket::noteEvent(bool hungUp) noexcept {
    readable_ = true;
    hungUp_ = hungUp_ || hungUp;
}

// The socket tells of an edge only: what was there once is there until it has been read.
template <typename Use>
BufferedSocket::Received BufferedSocket::read(Use use) {
    if (!readable_)
        return Received::nothing;
    std::array<char, 16384> buffer;
    try {
        const int count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        readable_ = count == static_cast<int>(buffer.size()) || (hungUp_ && count >= 0);
        if (count < 0)
            return Received::nothing;
        use(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        return count > 0 ? Received::bytes : Received::end;
    } catch (const Poco::Exception&) {
        input_.clear();
        return Received::lost;
    }
}

BufferedSocket::Received BufferedSocket::receive() {
    return read([this](std::string_view bytes) { input_.append(bytes); });
}

BufferedSocket::Received BufferedSocket::discard() {
    return read([this](std::string_view bytes) { discarded_ += bytes.size(); });
}

BufferedSocket::Sent BufferedSocket::send() {
    assert(written_ <= output_.size());
    Sent sent = Sent::all;
    while (written_ < output_.size()) {
        // Poco's own sendBytes throws where a socket that does not block is full.
        const auto count = ::send(socket_.impl()->sockfd(), output_.data() + written_,
                                  output_.size() - written_, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return Sent::some;
        if (count < 0) {
            sent = Sent::lost;
            break;
        }
        written_ += static_cast<std::size_t>(count);
    }
    output_.clear();
    written_ = 0;
    return sent;
}

void BufferedSocket::release() noexcept {
    releaseBeyond(input_, keptBytes);
    releaseBeyond(output_, keptBytes);
}

// Fails where nobody is there any more.
void BufferedSocket::shutDown() noexcept { ::shutdown(socket_.impl()->sockfd(), SHUT_WR); }

} // namespace kubecred::http
