#pragma once

#include "storage/sessions/Rows.h"

#include <libpq-fe.h>

#include <memory>
#include <span>

namespace kubecred::storage {

/// What PostgreSQL yielded. The columns of a prepared statement come in its binary format, and are
/// to be asked for by their type; those of any other come as text.
class PostgresRows final : public Rows {
public:
    explicit PostgresRows(PGresult* result) noexcept : result_(result, &PQclear) {}

    std::size_t count() const noexcept override {
        return static_cast<std::size_t>(PQntuples(result_.get()));
    }
    bool isNull(std::size_t row, std::size_t column) const noexcept override;
    std::string_view text(std::size_t row, std::size_t column) const override;

    // Of a prepared statement: bigint, boolean, uuid, and timestamp without time zone (an infinite
    // one is hundreds of thousands of years away).
    std::int64_t integer(std::size_t row, std::size_t column) const override;
    bool boolean(std::size_t row, std::size_t column) const override;
    Uuid uuid(std::size_t row, std::size_t column) const override;
    Timestamp timestamp(std::size_t row, std::size_t column) const override;

private:
    std::span<const std::uint8_t> bytes(std::size_t row, std::size_t column,
                                        std::size_t size) const;

    std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

} // namespace kubecred::storage
