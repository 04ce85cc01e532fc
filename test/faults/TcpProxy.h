#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <list>
#include <mutex>
#include <random>
#include <string>
#include <thread>

namespace kubecred::test {

/// The network between the service and a server on 127.0.0.1: passes every connection on, until it
/// is told to misbehave. What it holds back is not lost: it travels on later, as TCP would have it.
class TcpProxy {
public:
    enum class Mode {
        pass,
        silent, ///< nothing travels any more, and nobody is told
        mute,   ///< the same, but only for what comes from the server
    };

    explicit TcpProxy(int targetPort);
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    /// Where the service connects to.
    int port() const noexcept { return port_; }

    void become(Mode mode) { mode_ = mode; }

    /// Resets every connection.
    void cut() { ++cuts_; }

    /// Resets every connection; later ones go to this port.
    void redirect(int targetPort);

    /// Later connections go to this port; those that there are stay where they are.
    void pointTo(int targetPort) { target_ = targetPort; }

    /// Of those messages from the service that hold this text, the server gets each, but one in so
    /// many costs the connection: at once, or when its answer comes, which is lost. 0: none does.
    void loseReplies(int oneIn, const std::string& about = {});

    /// How many connections were lost so.
    int lost() const noexcept { return lost_; }

private:
    struct Link;

    void run();
    void accept();
    void watch();
    bool move(Link& link, short clientEvents, short serverEvents);
    bool forward(Link& link);
    bool deliver(Link& link);
    bool isUnlucky(const std::string& message);
    void lose(Link& link);

    Poco::Net::ServerSocket listener_;
    const int port_;
    std::atomic<int> target_;
    std::atomic<Mode> mode_{Mode::pass};
    std::atomic<int> cuts_{0};
    std::atomic<int> lost_{0};
    std::atomic<bool> stopping_{false};

    std::mutex mutex_; // guards both below
    int oneIn_ = 0;
    std::string about_;

    int cutsSeen_ = 0;
    std::minstd_rand random_{1}; // the same numbers in every run
    std::list<Link> links_;
    std::thread thread_;
};

} // namespace kubecred::test
