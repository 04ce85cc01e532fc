#include "SmallFileSystem.h"

#include <sched.h>
#include <sys/mount.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace kubecred::test {
namespace {

void leaveMounts() {
    static const bool left = unshare(CLONE_NEWNS) == 0 &&
                             mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!left)
        throw std::runtime_error("cannot mount anything: is this root?");
}

} // namespace

SmallFileSystem::SmallFileSystem(const std::filesystem::path& folder, std::size_t megabytes)
    : folder_(folder) {
    leaveMounts();
    const std::string size = "size=" + std::to_string(megabytes) + "m";
    if (mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) != 0)
        throw std::runtime_error("cannot mount a small file system");
}

SmallFileSystem::~SmallFileSystem() { umount2(folder_.c_str(), MNT_DETACH); }

void SmallFileSystem::fill() {
    std::ofstream file(ballast(), std::ios::binary | std::ios::app);
    const std::string page(4096, 'x');
    while (file.write(page.data(), static_cast<std::streamsize>(page.size())).flush())
        ;
}

void SmallFileSystem::free() { std::filesystem::remove(ballast()); }

} // namespace kubecred::test
