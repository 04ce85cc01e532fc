#include "Process.h"

#include "TemporaryDirectory.h"

#include <Poco/Net/ServerSocket.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace kubecred::test {
namespace {

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

void redirect(const std::filesystem::path& file, int descriptor) {
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0 || dup2(fd, descriptor) < 0)
        _exit(126);
}

void become(const std::string& user) {
    const passwd* entry = getpwnam(user.c_str());
    if (entry == nullptr || initgroups(user.c_str(), entry->pw_gid) != 0 ||
        setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)
        _exit(126);
}

[[noreturn]] void execute(std::vector<std::string> command, const Process::Options& options) {
    std::vector<std::string> environment{std::string("PATH=") + std::getenv("PATH")};
    for (const auto& [name, value] : options.environment)
        environment.push_back(name + "=" + value);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    redirect(options.output, STDOUT_FILENO);
    redirect(options.errors, STDERR_FILENO);
    if (!options.user.empty())
        become(options.user);
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0)
        _exit(126);
    close_range(STDERR_FILENO + 1, ~0U, 0); // sockets of the test, which would stay open
    execvpe(command.front().c_str(), pointersTo(command).data(), pointersTo(environment).data());
    _exit(127);
}

} // namespace

Process::Process(const std::vector<std::string>& command, const Options& options) : id_(fork()) {
    if (id_ < 0)
        throw std::runtime_error("fork failed");
    if (id_ == 0)
        execute(command, options);
}

Process::~Process() {
    if (status_)
        return;
    kill(id_, SIGKILL);
    kill(id_, SIGCONT);
    waitpid(id_, nullptr, 0);
}

void Process::signal(int number) const { kill(id_, number); }

std::optional<int> Process::wait(std::chrono::milliseconds most) {
    const auto deadline = std::chrono::steady_clock::now() + most;
    while (!status_) {
        int status = 0;
        if (waitpid(id_, &status, WNOHANG) == id_) {
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        if (std::chrono::steady_clock::now() >= deadline)
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return status_;
}

Finished runToEnd(const std::vector<std::string>& command, const Process::Options& options,
                  std::chrono::milliseconds most) {
    const TemporaryDirectory directory;
    Process::Options captured = options;
    captured.output = directory.path() / "output";
    captured.errors = directory.path() / "errors";
    Process process(command, captured);
    const auto status = process.wait(most);
    if (!status)
        throw std::runtime_error(command.front() + " did not end in time");
    return {*status, readFile(captured.output), readFile(captured.errors)};
}

std::string readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void writeFile(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

int freePort() {
    const Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0));
    return socket.address().port();
}

} // namespace kubecred::test
