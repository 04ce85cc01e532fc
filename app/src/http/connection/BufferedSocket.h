#pragma once

#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <string>

namespace kubecred::http {

/// A client's socket that is never waited for, with what was read from it and not used, and what is
/// to be written. Whoever holds it tells it of each event: the poller's are edges. Used by one
/// thread.
class BufferedSocket {
public:
    /// How an attempt to read ended.
    enum class Received {
        bytes,   ///< some are there
        nothing, ///< nothing now: an event will tell of more
        end,     ///< the client sends no more
        lost,    ///< nor does it read: the connection was reset
    };

    /// How an attempt to write ended.
    enum class Sent {
        all,  ///< nothing is left
        some, ///< no more for now: an event will tell when there is room
        lost, ///< nobody is there to read it
    };

    explicit BufferedSocket(const Poco::Net::StreamSocket& socket);

    /// There is something new; `hungUp`: the client sends no more after it.
    void noteEvent(bool hungUp) noexcept;

    /// Appends to the input what has arrived, or a part of it.
    Received receive();

    /// Reads as `receive`, and forgets it.
    Received discard();

    /// How much was discarded.
    std::size_t discarded() const noexcept { return discarded_; }

    /// Writes what it can of the output, and forgets that.
    Sent send();

    bool hasOutput() const noexcept { return !output_.empty(); }

    /// Read and not used: whoever uses it takes it away.
    std::string& input() noexcept { return input_; }
    const std::string& input() const noexcept { return input_; }

    /// To be written: whoever answers appends to it.
    std::string& output() noexcept { return output_; }

    /// How much memory the buffers take.
    std::size_t memory() const noexcept { return input_.capacity() + output_.capacity(); }

    /// Gives back the memory of buffers that are empty and large.
    void release() noexcept;

    /// Says that nothing more will be written.
    void shutDown() noexcept;

    /// Closes the socket, whoever else may still refer to it: no event of it comes after that.
    void close() noexcept { socket_.impl()->close(); }

private:
    template <typename Use>
    Received read(Use use);

    Poco::Net::StreamSocket socket_;
    bool readable_ = true; // there may be something to read
    bool hungUp_ = false;  // the client's end of what it sends has come
    std::string input_;
    std::string output_;
    std::size_t written_ = 0; // of output_
    std::size_t discarded_ = 0;
};

} // namespace kubecred::http
