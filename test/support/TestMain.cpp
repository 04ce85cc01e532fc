#include <cppunit/BriefTestProgressListener.h>
#include <cppunit/CompilerOutputter.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>
#include <cppunit/TestRunner.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <csignal>
#include <iostream>
#include <string_view>

namespace {

// Adds the suites whose class has this name, or all for an empty one; returns how many.
int addSuites(CppUnit::TestRunner& runner, CppUnit::Test* all, std::string_view name) {
    int count = 0;
    for (int i = 0; i < all->getChildTestCount(); ++i) {
        CppUnit::Test* suite = all->getChildTestAt(i);
        const std::string full = suite->getName();
        const auto separator = full.rfind(':');
        const auto plain = separator == std::string::npos ? full : full.substr(separator + 1);
        if (!name.empty() && plain != name)
            continue;
        runner.addTest(suite);
        ++count;
    }
    return count;
}

} // namespace

// Runs the suites named on the command line, or all. Fails where a name is nobody's.
int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    CppUnit::Test* all = CppUnit::TestFactoryRegistry::getRegistry().makeTest();
    CppUnit::TestResult events;
    CppUnit::TestResultCollector results;
    CppUnit::BriefTestProgressListener progress;
    events.addListener(&results);
    events.addListener(&progress);

    CppUnit::TestRunner runner; // owns the suites
    for (int i = 1; i < argc; ++i) {
        if (addSuites(runner, all, argv[i]) == 0) {
            std::cerr << "no suite " << argv[i] << "\n";
            return 2;
        }
    }
    if (argc == 1)
        addSuites(runner, all, {});
    runner.run(events);
    CppUnit::CompilerOutputter(&results, std::cerr).write();
    return results.wasSuccessful() && results.runTests() > 0 ? 0 : 1;
}
