#include "TextFile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>

namespace kubecred::host {
namespace {

constexpr std::size_t mostBytes = 1 << 20;
constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

class File {
public:
    // Whoever opens a pipe may wait for its other end, but for O_NONBLOCK.
    explicit File(const std::string& path) noexcept
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool isRegular() const noexcept {
        struct stat status {};
        return descriptor_ >= 0 && fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
    }

    // Nothing where it is longer: its size may say less, as of those in /proc.
    std::optional<std::string> text() const {
        std::string text(mostBytes + 1, '\0');
        std::size_t size = 0;
        while (size < text.size()) {
            const auto count = ::read(descriptor_, text.data() + size, text.size() - size);
            if (count == 0) {
                text.resize(size);
                return text;
            }
            if (count < 0 && errno != EINTR)
                return std::nullopt;
            size += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        }
        return std::nullopt;
    }

private:
    const int descriptor_;
};

} // namespace

std::optional<std::string> readTextFile(const std::string& path) {
    const File file(path);
    auto text = file.isRegular() ? file.text() : std::nullopt;
    if (text && text->starts_with(byteOrderMark))
        text->erase(0, byteOrderMark.size());
    return text;
}

} // namespace kubecred::host
