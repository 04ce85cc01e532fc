#include "Tools.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace kubecred::bench {
namespace {

using test::runToEnd;

std::string outputOf(const std::vector<std::string>& command, int seconds) {
    const auto ended = runToEnd(command, {}, std::chrono::seconds(seconds + 30));
    if (ended.status != 0)
        throw std::runtime_error(command.front() + " failed: " + ended.errors + ended.output);
    return ended.output;
}

double numberAfter(const std::string& text, const std::string& label) {
    const auto place = text.find(label);
    if (place == std::string::npos)
        throw std::runtime_error("no \"" + label + "\" in: " + text);
    return std::stod(text.substr(place + label.size()));
}

} // namespace

Counted runWrk(const std::string& url, int connections, int seconds,
               const std::vector<std::string>& arguments) {
    std::vector<std::string> command{"wrk",
                                     "-t1",
                                     "-c" + std::to_string(connections),
                                     "-d" + std::to_string(seconds) + "s",
                                     "-s",
                                     KUBECRED_SOURCE_DIR "/test/bench/requests.lua",
                                     url,
                                     "--"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto output = outputOf(command, seconds);
    const auto line = output.substr(output.find("{\"requests\""));
    const auto told = Poco::JSON::Parser()
                          .parse(line.substr(0, line.find('\n')))
                          .extract<Poco::JSON::Object::Ptr>();
    Counted counted;
    counted.refused = told->getValue<long>("refused");
    counted.lost = told->getValue<long>("lost");
    counted.answered = told->getValue<long>("requests") - counted.refused;
    counted.run.perSecond = told->getValue<double>("requests") / told->getValue<double>("seconds");
    counted.run.p50Ms = told->getValue<double>("p50");
    counted.run.p99Ms = told->getValue<double>("p99");
    return counted;
}

Run runPgbench(int port, const std::string& database, const std::string& script, int clients,
               int seconds) {
    const test::TemporaryDirectory directory;
    const auto file = (directory.path() / "script.sql").string();
    test::writeFile(file, script);
    const auto output = outputOf(
        {"pgbench", "--no-vacuum", "--protocol=prepared", "--client=" + std::to_string(clients),
         "--jobs=" + std::to_string(std::min(clients, 2)), "--time=" + std::to_string(seconds),
         "--file=" + file, "--host=127.0.0.1", "--port=" + std::to_string(port),
         "--username=postgres", database},
        seconds);
    return {numberAfter(output, "tps = "), numberAfter(output, "latency average = ")};
}

Nginx::Nginx(const std::string& text) {
    const auto folder = directory_.path().string();
    test::writeFile(directory_.path() / "nginx.conf",
                    "daemon off;\nworker_processes 1;\npid " + folder + "/pid;\nerror_log " +
                        folder + "/errors;\nevents { worker_connections 1024; }\n" +
                        "http { access_log off; keepalive_requests 1000000000;\n" +
                        "server { listen 127.0.0.1:" + std::to_string(port_) +
                        ";\nlocation / { default_type application/json; return 200 '" + text +
                        "'; } } }\n");
    process_ = std::make_unique<test::Process>(
        std::vector<std::string>{"nginx", "-c", folder + "/nginx.conf", "-p", folder},
        test::Process::Options{});
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    if (!process_->running())
        throw std::runtime_error("nginx did not start: " + test::readFile(folder + "/errors"));
}

} // namespace kubecred::bench
