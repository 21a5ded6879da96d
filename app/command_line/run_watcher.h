// Shows a scheduler's work on the console and ends it on Ctrl-C.
#pragma once

#include "app/command_line/console.h"
#include "core/run/scheduler.h"
#include "core/store/store.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace paretoscope {

// How a queue was worked off.
struct WatchResult {
    bool interrupted = false; // by Ctrl-C or SIGTERM: what was not done is queued again
    std::string error;        // of the scheduler itself
};

class RunWatcher {
public:
    // `ids`: the runs to show; `store`: this thread's own connection.
    RunWatcher(Store& store, std::set<int64_t> ids, Console& console);

    // Starts a scheduler that ends with the queue, and returns when it has ended.
    WatchResult work(SchedulerOptions options);

private:
    std::deque<SchedulerEvent> waitForEvents();
    void show(const SchedulerEvent& event);
    void showProgress(const RunProgress& progress);
    void showEnd(const SchedulerEvent& event);
    const std::string& recipeOf(int64_t run);

    Store& store_;
    std::set<int64_t> ids_;
    Console& console_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<SchedulerEvent> events_; // from the scheduler's thread
    std::map<int64_t, double> fractions_; // of runs in flight
    std::map<int64_t, std::string> recipes_;
    size_t total_ = 0, ended_ = 0;
    WatchResult result_;
    int stopped_ = 0;  // by a race
    double saved_ = 0; // seconds
    bool idle_ = false;
};

// "perplexity 12.3 ± 0.4, file_bytes 1.20 MiB": a run's most wanted measurements.
std::string measurementSummary(const Run& run);
std::string measurementText(const Measurement& measurement); // "12.3 ± 0.4", "1.20 MiB"

} // namespace paretoscope
