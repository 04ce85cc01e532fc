#pragma once

#include "PeerConnection.h"
#include "kubecred/Log.h"
#include "kubecred/Metrics.h"
#include "kubecred/Resolver.h"
#include "kubecred/Threads.h"
#include "kubecred/domain/CredentialReader.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace kubecred::peer {

/// Another service that can be asked for credentials.
class Peer : public CredentialReader {
public:
    /// Whether it answered as it should when it was asked last, and can be asked now. Safe to call
    /// from several threads at once.
    virtual bool answers() const = 0;
};

/// Looks credentials up at another service, over HTTP: `POST /internal/credentials`, with the
/// trace of the request that asks. A question holds a connection for half a second at most. Where
/// too many wait already, and for a second after the peer could not be reached or kept silent,
/// questions fail at once. Safe to call from several threads at once.
class PeerReader final : public Peer {
public:
    /// Asks nothing yet. The references to services must outlive this object.
    PeerReader(PeerSettings settings, Logger& logger, Metrics& metrics);
    ~PeerReader() override { stop(); }
    PeerReader(const PeerReader&) = delete;
    PeerReader& operator=(const PeerReader&) = delete;

    void start();

    /// Ends the questions under way within half a second, and fails those that wait. False where a
    /// thread has not ended by the deadline; may be called again then.
    bool stop(Deadline deadline = Deadline::max());

    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext& context) override;
    bool answers() const override;

private:
    using Found = std::optional<FoundCredential>;

    struct Question {
        Uuid id;
        std::string request;
        Deadline deadline;
        Executor* executor;
        Sink<Found> sink;
    };

    std::string requestFor(const Uuid& id, const Trace& trace) const;
    void submit(Question question);
    const char* refusal() const;
    void run();
    Outcome<Found> ask(PeerConnection& connection, const Question& question);
    Outcome<Found> failed(const char* why);
    void succeeded(bool found);
    void leaveAlone(const char* why);
    void failAll(std::deque<Question> questions, const char* why);

    const PeerSettings settings_;
    const Resolver resolver_;
    Logger& logger_;
    Counter& found_;
    Counter& absent_;
    Counter& failed_;

    mutable std::mutex mutex_; // guards everything below
    std::condition_variable changed_;
    std::deque<Question> waiting_;
    Deadline pausedUntil_{};
    bool isDown_ = false;
    bool stopping_ = false;

    Threads threads_; // last: they use everything above
};

} // namespace kubecred::peer
