#include "LogPipe.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace kubecred::test {

LogPipe::LogPipe(const std::filesystem::path& path)
    : path_(path),
      descriptor_(::mkfifo(path.c_str(), 0600) == 0
                      ? ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
                      : -1) {
    if (descriptor_ < 0)
        throw std::runtime_error("cannot make a pipe");
}

LogPipe::~LogPipe() { close(); }

void LogPipe::close() {
    if (descriptor_ >= 0)
        ::close(std::exchange(descriptor_, -1));
}

bool LogPipe::readUntil(const std::string& text, std::chrono::milliseconds most) {
    const auto end = std::chrono::steady_clock::now() + most;
    std::string seen;
    std::array<char, 65536> buffer;
    while (seen.find(text) == std::string::npos) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        // What came before the last bytes cannot hold it.
        seen.erase(0, seen.size() - std::min(seen.size(), text.size()));
        pollfd watched{descriptor_, POLLIN, 0};
        ::poll(&watched, 1, 20);
        const auto count = ::read(descriptor_, buffer.data(), buffer.size());
        if (count > 0)
            seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
}

} // namespace kubecred::test
