#pragma once

#include "CommandLine.h"

#include <Poco/Util/ServerApplication.h>

#include <string>
#include <vector>

namespace kubecred::host {

/// The program: one command a run, the daemon where none is named.
class Application final : public Poco::Util::ServerApplication {
public:
    using Poco::Util::ServerApplication::run;

    /// Runs with what `init` has read. Poco's own run(argc, argv) would answer a wrong option with
    /// the status of a wrong configuration.
    int run() override;

protected:
    void defineOptions(Poco::Util::OptionSet& options) override;
    void handleOption(const std::string& name, const std::string& value) override;
    int main(const std::vector<std::string>& arguments) override;

private:
    int runCommand();
    int runConfigured();
    void printHelp() const;

    CommandLine commandLine_;
};

} // namespace kubecred::host
