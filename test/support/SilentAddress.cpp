#include "SilentAddress.h"

namespace kubecred::test {

SilentAddress::SilentAddress(const std::string& address, int port) {
    socket_.bind(Poco::Net::SocketAddress(address, static_cast<Poco::UInt16>(port)), true, false);
    socket_.listen(0);
    for (int i = 0; i < 4; ++i) {
        waiting_.emplace_back(socket_.address().family());
        waiting_.back().connectNB(socket_.address());
    }
}

std::vector<std::string> withSystemFile(const std::string& file, const std::string& instead) {
    return {"unshare",
            "-m",
            "--propagation",
            "private",
            "sh",
            "-c",
            R"(mount --bind "$0" "$1" && shift && exec "$@")",
            instead,
            file};
}

} // namespace kubecred::test
