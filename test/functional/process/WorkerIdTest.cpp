#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;

const std::string metadata =
    R"({"Cluster":"default","TaskARN":"arn:aws:ecs:eu-west-1:123456789012:task/cluster/0123abcd"})";

std::string answerOf(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

/// Stands in for the task metadata endpoint of ECS: answers one request with these bytes, either
/// all at once or each after a pause.
class MetadataEndpoint {
public:
    explicit MetadataEndpoint(std::string answer, milliseconds pause = milliseconds(0))
        : answer_(std::move(answer)), pause_(pause), thread_([this] { serve(); }) {}

    ~MetadataEndpoint() {
        stopping_ = true;
        thread_.join();
    }

    std::string uri() const {
        return "http://127.0.0.1:" + std::to_string(socket_.address().port()) + "/v4/task-1";
    }

    std::string requestLine() const { return request_.substr(0, request_.find('\r')); }

private:
    void serve() {
        while (!socket_.poll(Poco::Timespan(0, 50'000), Poco::Net::Socket::SELECT_READ))
            if (stopping_)
                return;
        auto connection = socket_.acceptConnection();
        std::array<char, 4096> buffer;
        const int count = connection.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        request_.assign(buffer.data(), static_cast<std::size_t>(count));
        try {
            const std::size_t step = pause_.count() > 0 ? 1 : answer_.size();
            for (std::size_t sent = 0; sent < answer_.size() && !stopping_; sent += step) {
                connection.sendBytes(answer_.data() + sent, static_cast<int>(step));
                std::this_thread::sleep_for(pause_);
            }
        } catch (const Poco::Exception&) { // the other side has had enough
        }
    }

    Poco::Net::ServerSocket socket_{Poco::Net::SocketAddress("127.0.0.1", 0)};
    const std::string answer_;
    const milliseconds pause_;
    std::string request_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

std::string hostName() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name.data();
}

/// Whom the daemon says a credential was issued by.
std::string workerWith(const std::map<std::string, std::string>& environment) {
    Daemon daemon({sqliteProperties(), environment});
    daemon.waitForStatus("healthy");
    return post(daemon.port(), "/issuance/credentials", issueBody("Ada"))
        .text("credential.issuedBy");
}

std::string workerAt(const std::string& metadataUri) {
    return workerWith({{"ECS_CONTAINER_METADATA_URI_V4", metadataUri}});
}

} // namespace

/// Who signs: WORKER_ID, else the ECS task id, else the host name.
class WorkerIdTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(WorkerIdTest);
    CPPUNIT_TEST(isWhatTheVariableSays);
    CPPUNIT_TEST(isTheTaskIdOnEcs);
    CPPUNIT_TEST(isTheHostNameElsewhere);
    CPPUNIT_TEST(isTheHostNameWhereTheEndpointIsOfNoUse);
    CPPUNIT_TEST(doesNotWaitForASilentEndpoint);
    CPPUNIT_TEST(doesNotWaitForADrippingEndpoint);
    CPPUNIT_TEST_SUITE_END();

public:
    void isWhatTheVariableSays() {
        const MetadataEndpoint endpoint(answerOf("200 OK", metadata));
        CPPUNIT_ASSERT_EQUAL(std::string("worker-7"),
                             workerWith({{"WORKER_ID", "worker-7"},
                                         {"ECS_CONTAINER_METADATA_URI_V4", endpoint.uri()}}));
    }

    void isTheTaskIdOnEcs() {
        const MetadataEndpoint endpoint(answerOf("200 OK", metadata));
        CPPUNIT_ASSERT_EQUAL(std::string("0123abcd"), workerAt(endpoint.uri()));
        CPPUNIT_ASSERT(endpoint.requestLine().starts_with("GET /v4/task-1/task HTTP/1."));
    }

    void isTheHostNameElsewhere() { CPPUNIT_ASSERT_EQUAL(hostName(), workerWith({})); }

    void isTheHostNameWhereTheEndpointIsOfNoUse() {
        CPPUNIT_ASSERT_EQUAL(hostName(),
                             workerAt("http://127.0.0.1:" + std::to_string(freePort()) + "/v4"));
        CPPUNIT_ASSERT_EQUAL(hostName(), workerAt("no address at all"));
        for (const std::string& useless :
             {answerOf("200 OK", "<html>"), answerOf("200 OK", R"({"TaskARN":7})"),
              answerOf("200 OK", R"({"TaskARN":"no-slash"})"), answerOf("200 OK", "[]"),
              std::string("not HTTP\r\n\r\n")}) {
            const MetadataEndpoint endpoint(useless);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(useless, hostName(), workerAt(endpoint.uri()));
        }
    }

    void doesNotWaitForASilentEndpoint() {
        const Poco::Net::ServerSocket silent(Poco::Net::SocketAddress("127.0.0.1", 0));
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(
            hostName(), workerAt("http://127.0.0.1:" + std::to_string(silent.address().port())));
        stopwatch.assertWithin(milliseconds(3000));
    }

    void doesNotWaitForADrippingEndpoint() {
        const MetadataEndpoint endpoint(answerOf("200 OK", metadata), milliseconds(100));
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(hostName(), workerAt(endpoint.uri()));
        stopwatch.assertWithin(milliseconds(3000));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WorkerIdTest);

} // namespace kubecred::test
