// JSON lines between a scheduler and its worker processes.
//
// To the worker, one line a run:   {"run": 7, "request": {...}}
// From the worker:                 {"ready": true, "version": "0.1.0"}
//                                  {"run": 7, "progress": 0.4, "stage": "perplexity: window 4 of 10"}
//                                  {"run": 7, "done": true, "provenance": {...}, "measurements": [...]}
//                                  {"run": 7, "failed": true, "code": "bad_file", "error": "..."}
// A worker ends when its input ends. Cancelling is ending the process.
#pragma once

#include "core/run/run_executor.h"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <variant>

namespace paretoscope {

struct WorkerReady {
    std::string version;
};
struct WorkerProgress {
    int64_t run = 0;
    double fraction = 0;
    std::string stage;
};
struct WorkerDone {
    int64_t run = 0;
    RunOutcome outcome;
};
struct WorkerFailed {
    int64_t run = 0;
    ErrorCode code = ErrorCode::Internal;
    std::string error;
};
using WorkerMessage = std::variant<WorkerReady, WorkerProgress, WorkerDone, WorkerFailed>;

std::string requestLine(int64_t run, const RunRequest& request); // with '\n'
std::string messageLine(const WorkerMessage& message);           // with '\n'
WorkerMessage parseMessageLine(const std::string& line);         // Error(BadFile)

// Serves runs until `input` ends. Progress is throttled to ten lines a second.
void serveWorker(std::istream& input, std::ostream& output);

} // namespace paretoscope
