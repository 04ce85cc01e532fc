#include <cppunit/BriefTestProgressListener.h>
#include <cppunit/CompilerOutputter.h>
#include <cppunit/Test.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

// Runs the suites whose class has this name, or all for an empty one; returns how many.
int runSuites(CppUnit::Test& all, std::string_view name, CppUnit::TestResult& events) {
    int count = 0;
    for (int i = 0; i < all.getChildTestCount(); ++i) {
        CppUnit::Test* suite = all.getChildTestAt(i);
        const std::string full = suite->getName();
        const auto separator = full.rfind(':');
        const auto plain = separator == std::string::npos ? full : full.substr(separator + 1);
        if (!name.empty() && plain != name)
            continue;
        suite->run(&events);
        ++count;
    }
    return count;
}

} // namespace

// Runs the suites named on the command line, or all. Fails where a name is nobody's.
int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::unique_ptr<CppUnit::Test> all(
        CppUnit::TestFactoryRegistry::getRegistry().makeTest());
    CppUnit::TestResult events;
    CppUnit::TestResultCollector results;
    CppUnit::BriefTestProgressListener progress;
    events.addListener(&results);
    events.addListener(&progress);

    for (int i = 1; i < argc; ++i) {
        if (runSuites(*all, argv[i], events) == 0) {
            std::cerr << "no suite " << argv[i] << "\n";
            return 2;
        }
    }
    if (argc == 1)
        runSuites(*all, {}, events);
    CppUnit::CompilerOutputter(&results, std::cerr).write();
    return results.wasSuccessful() && results.runTests() > 0 ? 0 : 1;
}
