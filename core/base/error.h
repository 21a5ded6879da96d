// The one exception type of core.
//
// Core throws Error; the job border (run/, app/) turns it into a value. The text is one sentence
// that names the file, field or setting and says what is wrong with it; it is shown to people.
#pragma once

#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <utility>

namespace paretoscope {

enum class ErrorCode {
    BadUsage,    // an option, setting, strategy or metric that does not exist or is out of range
    BadFile,     // a file whose content contradicts its format
    Unsupported, // well formed, but something this program does not do
    NotFound,    // a file, run, experiment or model that is not there
    Io,          // the system refused to read or write
    DiskFull,
    OutOfMemory,
    Cancelled,
    WorkerLost, // a worker process ended without an answer
    Internal,   // a mistake of ours
};

// Thread-safe to copy and to carry between threads.
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

    ErrorCode code() const noexcept { return code_; }

private:
    ErrorCode code_;
};

// A stable lower-case word for a code ("bad_file"), used in the store and in the worker protocol.
const char* errorCodeName(ErrorCode code) noexcept;
ErrorCode errorCodeFromName(const std::string& name) noexcept; // Internal when unknown

template <class... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args)
{
    throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

// Error with the reason taken from errno: "cannot write 'F': No space left on device". ENOSPC and
// EDQUOT become DiskFull, ENOENT becomes NotFound, everything else Io.
[[noreturn]] void failErrno(int errnoValue, const std::string& whatFailed);

} // namespace paretoscope
