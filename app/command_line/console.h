// Where a command writes: results to standard output, everything else to standard error.
#pragma once

#include "core/base/json_forward.h"
#include "core/base/job_context.h"

#include <chrono>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace paretoscope {

// A bar that is redrawn in place on a terminal; plain lines, not more than one a few seconds,
// anywhere else. Not thread-safe.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(double fraction, const std::string& text);
    void clear(); // so that other lines may follow

private:
    using Clock = std::chrono::steady_clock;

    bool terminal_;
    bool shown_ = false;
    Clock::time_point last_;
};

// Standard output stays machine-readable with `json`: then only json() writes there.
class Console {
public:
    explicit Console(bool json) : json_(json) {}

    bool wantsJson() const { return json_; }

    // A line of the result, left out when JSON is wanted.
    template <class... Args> void print(fmt::format_string<Args...> format, Args&&... args)
    {
        if (!json_) write(fmt::format(format, std::forward<Args>(args)...) + "\n");
    }
    void json(const Json& document); // the one document
    void write(const std::string& text);
    // A line on standard error.
    template <class... Args> void note(fmt::format_string<Args...> format, Args&&... args)
    {
        writeNote(fmt::format(format, std::forward<Args>(args)...));
    }
    ProgressLine& progress() { return progress_; }
    JobContext::Listener progressListener(); // valid as long as this console

private:
    void writeNote(const std::string& text);

    bool json_;
    ProgressLine progress_;
};

// Columns padded to their widest cell, numbers (cells that begin with a digit or a sign) to the
// right; the first row is the header.
std::string textTable(const std::vector<std::vector<std::string>>& rows);

} // namespace paretoscope
