#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <string>
#include <vector>

namespace kubecred::test {

/// An address that never answers who connects to it, as one whose packets get lost.
class SilentAddress {
public:
    /// `address`: one of this machine; `port`: 0 for any.
    explicit SilentAddress(const std::string& address, int port = 0);

    int port() const { return socket_.address().port(); }

private:
    Poco::Net::ServerSocket socket_; // its queue is full, and nobody ever takes from it
    std::vector<Poco::Net::StreamSocket> waiting_;
};

/// A launcher (DaemonOptions) for a program that finds `instead` in place of a file of the system,
/// such as /etc/hosts, while nobody else does. Needs root.
std::vector<std::string> withSystemFile(const std::string& file, const std::string& instead);

} // namespace kubecred::test
