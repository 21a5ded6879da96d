// JSON lines between a scheduler and its worker processes.
//
// To the worker, one line a run:   {"run": 7, "request": {...}}
// From the worker:                 {"ready": true, "version": "0.1.0"}
//                                  {"run": 7, "progress": 0.4, "stage": "perplexity: window 4 of 10"}
//                                  {"run": 7, "costs": {"file_bytes": 1048576, ...}}  (of a race, once)
//                                  {"run": 7, "item": ["passage-test-00042", 1]}      (of a race)
//                                  {"run": 7, "done": true, "provenance": {...}, "measurements": [...]}
//                                  {"run": 7, "failed": true, "code": "bad_file", "error": "..."}
// A worker ends when its input ends; a run that is being worked on is finished first, so that
// `paretoscope worker < runs.jsonl > results.jsonl` does all of them. Cancelling is ending the
// process. Texts that are not UTF-8 travel with their broken bytes replaced.
#pragma once

#include "core/run/run_executor.h"

#include <cstdint>
#include <functional>
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
struct WorkerCosts {
    int64_t run = 0;
    std::vector<Measurement> costs; // names and values alone
};
struct WorkerItem {
    int64_t run = 0;
    ItemScore item;
};
using WorkerMessage = std::variant<WorkerReady, WorkerProgress, WorkerDone, WorkerFailed, WorkerCosts, WorkerItem>;

struct WorkerRequest {
    int64_t run = 0;
    RunRequest request;
};

std::string requestLine(int64_t run, const RunRequest& request); // with '\n'
WorkerRequest parseRequestLine(const std::string& line);         // Error(BadFile)
std::string messageLine(const WorkerMessage& message);           // with '\n'
WorkerMessage parseMessageLine(const std::string& line);         // Error(BadFile)

// What a worker does with a request: executeRun, or something simpler in a test.
using RunFunction = std::function<RunOutcome(const RunRequest& request, JobContext& job, const RaceNews& news)>;

// Serves runs until `input` ends. Progress is throttled to ten lines a second. Nothing that `work`
// throws leaves this function; a line that is no request is answered as a failure of run 0.
void serveWorker(std::istream& input, std::ostream& output, const RunFunction& work);

} // namespace paretoscope
