#pragma once

#include "PostgresConnection.h"
#include "Session.h"

#include <memory>
#include <span>
#include <string>

namespace kubecred::storage {

/// The statements about credentials; prepared once for each connection, by the role that needs
/// them, for the table in this schema. What is begun must not outlive its connection.
void prepareReading(PostgresConnection& connection, const std::string& schema, Deadline deadline);
void prepareWriting(PostgresConnection& connection, const std::string& schema, Deadline deadline);

std::unique_ptr<Pending<Inserted>> beginInsert(PostgresConnection& connection,
                                               Credentials credentials);
std::unique_ptr<Pending<Same>> beginFindSame(PostgresConnection& connection,
                                             Credentials credentials);
std::unique_ptr<Pending<Found>> beginFindById(PostgresConnection& connection,
                                              std::span<const Uuid> ids);

} // namespace kubecred::storage
