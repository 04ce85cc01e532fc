#include "peer/PeerReader.h"

#include "host/metrics/PrometheusMetrics.h"
#include "support/Eventually.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "support/ToldPeer.h"
#include "unit/RecordingLogger.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using Found = std::optional<FoundCredential>;

/// Questions to a peer over a real socket.
class PeerReaderTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PeerReaderTest);
    CPPUNIT_TEST(findsWhatThePeerHas);
    CPPUNIT_TEST(takesNullForNothing);
    CPPUNIT_TEST(handsTheTraceOn);
    CPPUNIT_TEST(keepsItsConnections);
    CPPUNIT_TEST(connectsAnewWhereThePeerHungUp);
    CPPUNIT_TEST(takesAnAnswerInPieces);
    CPPUNIT_TEST(takesWhatAGenuineCredentialCanBe);
    CPPUNIT_TEST(takesNothingThatCouldNotBeIssued);
    CPPUNIT_TEST(takesNoOtherAnswer);
    CPPUNIT_TEST(waitsNoLongerThanTheDeadline);
    CPPUNIT_TEST(leavesAPeerAloneThatFailed);
    CPPUNIT_TEST(saysOnceThatThePeerIsAway);
    CPPUNIT_TEST(stopsWhileThePeerIsSilent);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        peer_ = std::make_unique<ToldPeer>(http(credential()));
        reader_ = std::make_unique<peer::PeerReader>(settings(), logger_, metrics_);
        reader_->start();
    }

    void tearDown() override {
        reader_.reset();
        peer_.reset();
    }

    void findsWhatThePeerHas() {
        const auto found = find();
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), found->credential->name);
        CPPUNIT_ASSERT(!found->asOf);
        peer_->tell(http(credential(R"(,"asOf":"2026-01-31T09:05:00.042Z")")));
        CPPUNIT_ASSERT_EQUAL(std::string("2026-01-31T09:05:00.042Z"), toIso8601(*find()->asOf));
        CPPUNIT_ASSERT(metrics_.text().find("cross_checks_total{result=\"found\"} 2") !=
                       std::string::npos);
    }

    void takesNullForNothing() {
        peer_->tell(http("null"));
        CPPUNIT_ASSERT(!find());
        CPPUNIT_ASSERT(metrics_.text().find("cross_checks_total{result=\"absent\"} 1") !=
                       std::string::npos);
    }

    void handsTheTraceOn() {
        find({"request-1", "00-trace-parent", "Root=amazon"});
        find({"request-2", {}, {}});
        const auto requests = peer_->requests();
        for (const std::string part :
             {"POST /internal/credentials HTTP/1.1\r\n", "\r\nHost: peer.example:3000\r\n",
              "\r\nAuthorization: Bearer between us\r\n", "\r\nX-Request-Id: request-1\r\n",
              "\r\ntraceparent: 00-trace-parent\r\n", "\r\nX-Amzn-Trace-Id: Root=amazon\r\n",
              "\r\n\r\n{\"id\":\"018f3c00-abcd-7def-8123-456789abcdef\"}"})
            CPPUNIT_ASSERT_MESSAGE(part, requests.at(0).find(part) != std::string::npos);
        CPPUNIT_ASSERT(requests.at(1).find("\r\nX-Request-Id: request-2\r\n") != std::string::npos);
        CPPUNIT_ASSERT(requests.at(1).find("race") == std::string::npos);
    }

    void keepsItsConnections() {
        for (int i = 0; i < 20; ++i)
            CPPUNIT_ASSERT(find());
        CPPUNIT_ASSERT(peer_->connections() <= 4);
    }

    void connectsAnewWhereThePeerHungUp() {
        for (int i = 0; i < 3; ++i) {
            peer_->hangUp();
            CPPUNIT_ASSERT(find());
            std::this_thread::sleep_for(20ms); // until the end has come
        }
        const int before = peer_->connections();
        CPPUNIT_ASSERT(before >= 3);
        peer_->tell("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnull");
        peer_->hangUp();
        CPPUNIT_ASSERT(!find());
        peer_->tell(http(credential()));
        CPPUNIT_ASSERT(find());
        CPPUNIT_ASSERT(peer_->connections() > before);
    }

    void takesAnAnswerInPieces() {
        const auto answer = http(credential());
        const auto body = answer.find("\r\n\r\n") + 4;
        peer_->tell(answer.substr(0, body), answer.substr(body));
        CPPUNIT_ASSERT(find());
    }

    void takesWhatAGenuineCredentialCanBe() {
        for (const std::string& inside : {'"' + std::string(6000000, 'x') + '"',
                                          std::string(5000, '[') + std::string(5000, ']')}) {
            const std::string metadata = R"({"a":)" + inside + "}";
            std::string body = credential();
            body.replace(body.find("{}"), 2, metadata);
            peer_->tell(http(body));
            const auto found = find();
            CPPUNIT_ASSERT(found);
            CPPUNIT_ASSERT_EQUAL(metadata, found->credential->metadata);
        }
    }

    void takesNothingThatCouldNotBeIssued() {
        for (const auto& [good, bad] : {std::pair<std::string, std::string>{"Ada", ""},
                                        {"Ada", "Ada\\u0000"},
                                        {"Ada", std::string(256, 'a')},
                                        {"a@b.ch", "a@b"},
                                        {"degree", std::string(101, 'd')},
                                        {"{}", R"({"a":1e400})"}}) {
            std::string body = credential();
            body.replace(body.find(good), good.size(), bad);
            peer_->tell(http(body));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, std::string("peer malformed answer"),
                                         thrownError([&] { find(); }).detail());
        }
    }

    void takesNoOtherAnswer() {
        for (const std::string& answer :
             {http(credential()).replace(47, 8, "018f3c01"),
              std::string("HTTP/1.1 100 Continue\r\n\r\n"),
              std::string("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnull"),
              std::string("HTTP/1.1 503 Later\r\nContent-Length: 4\r\n\r\nnull"),
              std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
              std::string("SSH-2.0-OpenSSH\r\n\r\n"), http("{}"), http("[]"), http("nul"), http(""),
              http(std::string(9 << 20, ' ') + "null"), http(credential(R"(,"asOf":"yesterday")")),
              http(credential(R"(,"asOf":null)")),
              "HTTP/1.1 200 OK\r\nX: " + std::string(20 << 10, 'x') +
                  "\r\nContent-Length: 4\r\n\r\nnull"}) {
            peer_->tell(answer);
            reader_ = std::make_unique<peer::PeerReader>(settings(), logger_, metrics_);
            reader_->start();
            const auto error = thrownError([&] { find(); }, answer.substr(0, 60));
            CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        }
    }

    void waitsNoLongerThanTheDeadline() {
        peer_->tell("");
        const auto began = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT_EQUAL(std::string("peer timed out"),
                             thrownError([&] { find({}, 100ms); }).detail());
        CPPUNIT_ASSERT(std::chrono::steady_clock::now() - began < 2s);
    }

    void leavesAPeerAloneThatFailed() {
        peer_->tell("");
        CPPUNIT_ASSERT_EQUAL(std::string("peer timed out"), thrownError([&] { find(); }).detail());
        CPPUNIT_ASSERT(!reader_->answers());
        peer_->tell(http(credential()));
        CPPUNIT_ASSERT_EQUAL(std::string("peer unreachable"),
                             thrownError([&] { find(); }).detail());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, peer_->requests().size());
        std::this_thread::sleep_for(1100ms);
        CPPUNIT_ASSERT(find());
        CPPUNIT_ASSERT(reader_->answers());
    }

    void saysOnceThatThePeerIsAway() {
        peer_->tell(http("{}"));
        for (int i = 0; i < 3; ++i)
            thrownError([&] { find(); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, peer_->requests().size()); // each on its own
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.events().size());
        CPPUNIT_ASSERT_EQUAL(std::string("malformed answer"),
                             logger_.events().front().fields["error"]);
        CPPUNIT_ASSERT(!reader_->answers());
        peer_->tell(http("null"));
        find();
        CPPUNIT_ASSERT_EQUAL(std::string("the peer service answers again"),
                             logger_.events().back().message);
    }

    void stopsWhileThePeerIsSilent() {
        peer_->tell("");
        std::vector<std::unique_ptr<Started<Found>>> questions;
        for (int i = 0; i < 300; ++i)
            questions.push_back(std::make_unique<Started<Found>>(
                reader_->find({Uuid()},
                              {std::chrono::steady_clock::now() + 500ms, {"request", {}, {}}}),
                loop_));
        loop_.finish(); // every question has been asked then
        reader_->stop();
        loop_.finish(); // and answered
        for (const auto& question : questions)
            CPPUNIT_ASSERT(question->isDone());
    }

private:
    peer::PeerSettings settings() const {
        return {"peer.example:3000", "127.0.0.1", static_cast<std::uint16_t>(peer_->port()),
                "between us"};
    }

    Found find(const Trace& trace = {"request", {}, {}}, std::chrono::milliseconds patience = 10s) {
        return await(reader_->find({id_}, {std::chrono::steady_clock::now() + patience, trace}),
                     loop_);
    }

    static std::string http(const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }

    static std::string credential(const std::string& more = {}) {
        return R"({"id":"018f3c00-abcd-7def-8123-456789abcdef","name":"Ada","email":"a@b.ch",)"
               R"("credentialType":"degree","metadata":{},"issuedBy":"w",)"
               R"("issuedAt":"2026-01-31T09:05:00.042Z")" +
               more + "}";
    }

    const Uuid id_ = *Uuid::parse("018f3c00-abcd-7def-8123-456789abcdef");
    RecordingLogger logger_;
    host::PrometheusMetrics metrics_;
    std::unique_ptr<ToldPeer> peer_;
    std::unique_ptr<peer::PeerReader> reader_;
    LoopExecutor loop_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PeerReaderTest);

} // namespace kubecred::test
