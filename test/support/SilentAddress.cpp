#include "SilentAddress.h"

namespace kubecred::test {

SilentAddress::SilentAddress(const std::string& address, int port) {
    socket_.bind(Poco::Net::SocketAddress(address, static_cast<Poco::UInt16>(port)), true, false);
    socket_.listen(0);
    // Until one more has to wait.
    const Poco::Timespan patience(0, 100000);
    do {
        waiting_.emplace_back(socket_.address().family());
        waiting_.back().connectNB(socket_.address());
    } while (waiting_.back().poll(patience, Poco::Net::Socket::SELECT_WRITE));
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
