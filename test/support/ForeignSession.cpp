#include "ForeignSession.h"

#include <stdexcept>

namespace kubecred::test {

ForeignSession::ForeignSession(int port, const std::string& database, const std::string& user)
    : connection_(PQconnectdb(("host=127.0.0.1 port=" + std::to_string(port) +
                               " dbname=" + database + " user=" + user)
                                  .c_str()),
                  &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection_.get()));
}

void ForeignSession::run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(connection_.get()));
}

} // namespace kubecred::test
