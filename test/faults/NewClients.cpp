#include "NewClients.h"

#include "support/RawConnection.h"

#include <Poco/Exception.h>

#include <chrono>
#include <memory>
#include <stdexcept>

namespace kubecred::test {
namespace {

std::unique_ptr<RawConnection> tryConnect(int port) {
    try {
        return std::make_unique<RawConnection>(port);
    } catch (const Poco::Exception&) {
        return nullptr; // nobody listens, or the connection was not completed
    }
}

} // namespace

NewClients::NewClients(int port, int clients) {
    for (int i = 0; i < clients; ++i)
        threads_.emplace_back([this, port] { run(port); });
}

NewClients::~NewClients() { stop(); }

void NewClients::stop() {
    stopping_ = true;
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

void NewClients::waitForAnswers(int count) const {
    for (int attempt = 0; answered_ < count; ++attempt) {
        if (attempt > 3000)
            throw std::runtime_error("new clients are not answered");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

std::string NewClients::failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
}

void NewClients::fail(const std::string& what) {
    const std::lock_guard lock(mutex_);
    failures_ += what + "\n";
}

void NewClients::run(int port) {
    const auto bytes = requestBytes("GET", "/health");
    while (!stopping_) {
        const auto connection = tryConnect(port);
        if (!connection) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            continue;
        }
        try {
            connection->send(bytes);
            const auto answer = connection->receive();
            if (answer.status != 200 && answer.status != 503)
                fail(std::to_string(answer.status));
            ++answered_;
        } catch (const Poco::Exception& exception) {
            fail(exception.displayText());
        } catch (const std::exception& exception) {
            fail(exception.what());
        }
    }
}

} // namespace kubecred::test
