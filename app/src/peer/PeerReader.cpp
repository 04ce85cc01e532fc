#include "PeerReader.h"

#include "kubecred/Error.h"
#include "kubecred/Overdue.h"
#include "kubecred/domain/CredentialJson.h"
#include "kubecred/json/Document.h"

#include <algorithm>
#include <utility>

namespace kubecred::peer {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t connections = 4;
constexpr std::size_t mostWaiting = 256;
constexpr std::chrono::seconds pause{1};

// The earlier implementation bounded it by the size of a body alone.
constexpr std::size_t mostDepth = 100000;

// How long one question may hold a connection, for which others wait.
constexpr std::chrono::milliseconds patience{500};

Metric metricOf(const char* result) {
    return {"kubecred_cross_checks_total",
            "Questions to the peer service, by what came of them.",
            {{"result", result}}};
}

std::exception_ptr unavailable(const char* why) {
    return std::make_exception_ptr(Error::unavailable("peer " + std::string(why)));
}

std::optional<FoundCredential> readAnswer(const PeerAnswer& answer, const Uuid& id) {
    if (answer.status != 200)
        throw AnswerError("refused the question");
    const auto document =
        json::parse(answer.body, {.depth = mostDepth, .nodes = answer.body.size()});
    const auto body = document.root();
    if (body.type() == json::Type::null)
        return std::nullopt;
    auto credential = readCredential(body);
    if (!credential || credential->id != id)
        throw AnswerError("malformed answer");
    FoundCredential found{std::make_shared<const Credential>(*std::move(credential))};
    if (const auto asOf = body.find("asOf")) {
        found.asOf = parseIso8601(asOf->asString().value_or(""));
        if (!found.asOf)
            throw AnswerError("malformed answer");
    }
    return found;
}

} // namespace

PeerReader::PeerReader(PeerSettings settings, Logger& logger, Metrics& metrics)
    : settings_(std::move(settings)),
      logger_(logger),
      found_(metrics.counter(metricOf("found"))),
      absent_(metrics.counter(metricOf("absent"))),
      failed_(metrics.counter(metricOf("failed"))) {}

void PeerReader::start() {
    for (std::size_t i = 0; i < connections; ++i)
        threads_.add([this] { run(); });
}

bool PeerReader::stop(Deadline deadline) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    auto left = std::exchange(waiting_, {});
    lock.unlock();
    changed_.notify_all();
    failAll(std::move(left), "stopping");
    return threads_.join(deadline);
}

bool PeerReader::answers() const {
    const std::lock_guard lock(mutex_);
    return !isDown_ && refusal() == nullptr;
}

Deferred<std::optional<FoundCredential>> PeerReader::find(const LookUp& lookUp,
                                                          const RequestContext& context) {
    return Deferred<Found>([this, id = lookUp.id, request = requestFor(lookUp.id, context.trace),
                            deadline = context.deadline](Executor& executor, Sink<Found> sink) {
        auto timed = failingWhenOverdue(executor, deadline, "peer timed out", std::move(sink));
        submit({id, request, deadline, &executor, std::move(timed)});
    });
}

std::string PeerReader::requestFor(const Uuid& id, const Trace& trace) const {
    const std::string body = R"({"id":")" + id.toString() + "\"}";
    std::string request = "POST /internal/credentials HTTP/1.1\r\n";
    const auto header = [&](std::string_view name, std::string_view value) {
        if (!value.empty())
            request.append(name).append(": ").append(value).append("\r\n");
    };
    header("Host", settings_.authority);
    header("Authorization", "Bearer " + settings_.key);
    header("Content-Type", "application/json");
    header("Content-Length", std::to_string(body.size()));
    header("X-Request-Id", trace.requestId);
    header("traceparent", trace.parent);
    header("X-Amzn-Trace-Id", trace.amazon);
    return request + "\r\n" + body;
}

void PeerReader::submit(Question question) {
    std::unique_lock lock(mutex_);
    const char* why = refusal();
    if (why == nullptr) {
        waiting_.push_back(std::move(question));
        lock.unlock();
        changed_.notify_one();
        return;
    }
    lock.unlock();
    failed_.add();
    question.sink(unavailable(why));
}

const char* PeerReader::refusal() const {
    if (stopping_)
        return "stopping";
    if (pausedUntil_ > steady_clock::now())
        return "unreachable";
    return waiting_.size() >= mostWaiting ? "overloaded" : nullptr;
}

void PeerReader::run() {
    PeerConnection connection(settings_, resolver_);
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_)
            return;
        Question question = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        question.executor->post(
            [sink = std::move(question.sink), outcome = ask(connection, question)]() mutable {
                sink(std::move(outcome));
            });
        lock.lock();
    }
}

Outcome<PeerReader::Found> PeerReader::ask(PeerConnection& connection, const Question& question) {
    const auto now = steady_clock::now();
    if (question.deadline <= now) {
        failed_.add();
        return unavailable("timed out");
    }
    try {
        const auto deadline = std::min(question.deadline, now + patience);
        auto found = readAnswer(connection.exchange(question.request, deadline), question.id);
        succeeded(found.has_value());
        return found;
    } catch (const AnswerError& error) {
        return failed(error.what());
    } catch (const PeerError& error) {
        leaveAlone(error.what());
        return failed(error.what());
    } catch (const std::exception&) { // of reading what it sent
        return failed("malformed answer");
    }
}

// Neither those that wait nor those to come shall wait for it as well.
void PeerReader::leaveAlone(const char* why) {
    std::unique_lock lock(mutex_);
    pausedUntil_ = steady_clock::now() + pause;
    auto left = std::exchange(waiting_, {});
    lock.unlock();
    failAll(std::move(left), why);
}

void PeerReader::failAll(std::deque<Question> questions, const char* why) {
    for (auto& question : questions) {
        failed_.add();
        question.executor->post([sink = std::move(question.sink), why] { sink(unavailable(why)); });
    }
}

void PeerReader::succeeded(bool found) {
    (found ? found_ : absent_).add();
    const std::lock_guard lock(mutex_);
    if (std::exchange(isDown_, false))
        logger_.log(LogLevel::info, "the peer service answers again");
}

Outcome<PeerReader::Found> PeerReader::failed(const char* why) {
    failed_.add();
    const std::lock_guard lock(mutex_);
    if (!std::exchange(isDown_, true))
        logger_.log(LogLevel::warn,
                    "the peer service does not answer as it should: ids are not cross-checked",
                    {{"error", std::string_view(why)}});
    return unavailable(why);
}

} // namespace kubecred::peer
