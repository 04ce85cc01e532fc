#include "storage/sessions/sqlite/SqliteFile.h"

#include "storage/Fault.h"
#include "support/Process.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

namespace kubecred::test {

namespace fs = std::filesystem;
using storage::Fault;

/// What is seen to before SQLite opens its file.
class SqliteFileTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SqliteFileTest);
    CPPUNIT_TEST(makesFileAndFolder);
    CPPUNIT_TEST(leavesWhatIsThere);
    CPPUNIT_TEST(closesOursToOthers);
    CPPUNIT_TEST(refusesWhatIsNoFile);
    CPPUNIT_TEST(keepsLocks);
    CPPUNIT_TEST_SUITE_END();

public:
    void makesFileAndFolder() {
        const auto path = directory_.path() / "new" / "folder" / "test.db";
        CPPUNIT_ASSERT(!fault(path));
        CPPUNIT_ASSERT(fs::is_regular_file(path));
        CPPUNIT_ASSERT_EQUAL(0600, modeOf(path));
        CPPUNIT_ASSERT_EQUAL(std::uintmax_t{0}, storage::inodeOf(path.string() + "-missing"));
        CPPUNIT_ASSERT(storage::inodeOf(path.string()) != 0);
    }

    void leavesWhatIsThere() {
        writeFile(path_, "text");
        CPPUNIT_ASSERT(!fault(path_));
        CPPUNIT_ASSERT_EQUAL(std::string("text"), readFile(path_));
    }

    void closesOursToOthers() {
        for (const char* suffix : {"", "-wal", "-shm"}) {
            const auto path = path_.string() + suffix;
            writeFile(path, "");
            chmod(path.c_str(), 0664);
        }
        CPPUNIT_ASSERT(!fault(path_));
        for (const char* suffix : {"", "-wal", "-shm"})
            CPPUNIT_ASSERT_EQUAL(0600, modeOf(path_.string() + suffix));
    }

    void refusesWhatIsNoFile() {
        CPPUNIT_ASSERT_EQUAL(0, mkfifo(path_.c_str(), 0600));
        const auto link = directory_.path() / "link";
        fs::create_symlink(directory_.path() / "nowhere", link);
        for (const auto& path : {path_, directory_.path(), link, path_ / "below", fs::path()})
            CPPUNIT_ASSERT_MESSAGE(path.string(), fault(path) == Fault::unreachable);
        // Whether their folder can be written to depends on the container.
        for (const char* device : {"/dev/zero", "/dev/null"})
            CPPUNIT_ASSERT_MESSAGE(device, fault(device));
    }

    // A process loses its locks on a file with the first of its descriptors that it closes.
    void keepsLocks() {
        CPPUNIT_ASSERT(!fault(path_));
        const int file = open(path_.c_str(), O_RDWR | O_CLOEXEC);
        CPPUNIT_ASSERT_EQUAL(0, lockf(file, F_TLOCK, 0));
        CPPUNIT_ASSERT(!fault(path_));
        CPPUNIT_ASSERT(isLockedForOthers(path_));
        close(file);
    }

private:
    static std::optional<Fault> fault(const fs::path& path) {
        try {
            storage::prepareFile(path.string());
            return std::nullopt;
        } catch (const storage::StorageError& error) {
            return error.fault();
        }
    }

    static bool isLockedForOthers(const fs::path& path) {
        const pid_t other = fork();
        if (other == 0)
            _exit(lockf(open(path.c_str(), O_RDWR | O_CLOEXEC), F_TEST, 0) == 0 ? 0 : 1);
        int status = 0;
        CPPUNIT_ASSERT_EQUAL(other, waitpid(other, &status, 0));
        return WIFEXITED(status) && WEXITSTATUS(status) == 1;
    }

    static int modeOf(const fs::path& path) {
        struct stat status {};
        CPPUNIT_ASSERT_EQUAL(0, stat(path.c_str(), &status));
        return static_cast<int>(status.st_mode & 07777);
    }

    const TemporaryDirectory directory_;
    const fs::path path_ = directory_.path() / "test.db";
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteFileTest);

} // namespace kubecred::test
