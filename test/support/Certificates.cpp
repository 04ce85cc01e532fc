#include "Certificates.h"

#include "Process.h"

#include <pwd.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace kubecred::test {

Certificates::Certificates(const std::string& name) {
    std::filesystem::permissions(directory_.path(), std::filesystem::perms::all);
    make("ca", {"-subj", "/CN=Authority of a test"});
    make("server", {"-subj", "/CN=server", "-addext", "subjectAltName=" + name, "-CA", authority(),
                    "-CAkey", file("ca.key")});
    writeFile(both(), readFile(certificate()) + readFile(key()));
    const passwd* postgres = geteuid() == 0 ? getpwnam("postgres") : nullptr;
    if (postgres != nullptr && chown(key().c_str(), postgres->pw_uid, postgres->pw_gid) != 0)
        throw std::runtime_error("the key cannot be given to postgres");
}

void Certificates::make(const std::string& name, const std::vector<std::string>& more) const {
    std::vector<std::string> command{"openssl",
                                     "req",
                                     "-x509",
                                     "-newkey",
                                     "ec",
                                     "-pkeyopt",
                                     "ec_paramgen_curve:P-256",
                                     "-noenc",
                                     "-days",
                                     "2",
                                     "-keyout",
                                     file(name + ".key"),
                                     "-out",
                                     file(name + ".pem")};
    command.insert(command.end(), more.begin(), more.end());
    const auto ended = runToEnd(command);
    if (ended.status != 0)
        throw std::runtime_error("openssl failed: " + ended.errors);
}

} // namespace kubecred::test
