#include "core/base/error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace paretoscope {

namespace {

struct Row {
    ErrorCode code;
    const char* name;
};

constexpr std::array<Row, 10> rows{{
    {ErrorCode::BadUsage, "bad_usage"},
    {ErrorCode::BadFile, "bad_file"},
    {ErrorCode::Unsupported, "unsupported"},
    {ErrorCode::NotFound, "not_found"},
    {ErrorCode::Io, "io"},
    {ErrorCode::DiskFull, "disk_full"},
    {ErrorCode::OutOfMemory, "out_of_memory"},
    {ErrorCode::Cancelled, "cancelled"},
    {ErrorCode::WorkerLost, "worker_lost"},
    {ErrorCode::Internal, "internal"},
}};

} // namespace

const char* errorCodeName(ErrorCode code) noexcept
{
    for (const Row& row : rows)
        if (row.code == code) return row.name;
    return "internal";
}

ErrorCode errorCodeFromName(const std::string& name) noexcept
{
    for (const Row& row : rows)
        if (name == row.name) return row.code;
    return ErrorCode::Internal;
}

void failErrno(int errnoValue, const std::string& whatFailed)
{
    ErrorCode code = ErrorCode::Io;
    if (errnoValue == ENOSPC || errnoValue == EDQUOT) code = ErrorCode::DiskFull;
    if (errnoValue == ENOENT) code = ErrorCode::NotFound;
    throw Error(code, whatFailed + ": " + std::generic_category().message(errnoValue));
}

} // namespace paretoscope
