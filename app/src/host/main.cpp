#include "host/commands/Application.h"
#include "host/process/ExitStatus.h"
#include "host/process/Signals.h"
#include "host/process/StandardStreams.h"

#include <Poco/Exception.h>

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    kubecred::host::openStandardStreams();
    kubecred::host::blockSignals();
    kubecred::host::Application application;
    try {
        application.init(argc, argv);
    } catch (const Poco::Util::OptionException& exception) {
        std::cerr << "kube-credential: " << kubecred::host::messageOf(exception) << "\n";
        return kubecred::host::ExitStatus::usage;
    } catch (const Poco::Exception& exception) {
        std::cerr << "kube-credential: " << exception.displayText() << "\n";
        return kubecred::host::ExitStatus::failed;
    }
    return application.run();
}
