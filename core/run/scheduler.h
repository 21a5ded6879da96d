// Runs an experiment's queue in worker processes and writes what comes back into the store.
#pragma once

#include "core/experiment/experiment.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

struct SchedulerOptions {
    std::filesystem::path store;
    std::vector<std::string> workerCommand; // program and arguments; a fresh process a run
    int jobs = 1;                           // timings are only comparable with 1
    std::vector<int64_t> experiments;       // empty = whatever is queued
    bool stopWhenEmpty = false;             // else wait for more
};

// What the scheduler is doing, a value; also what the window's queue shows for running ones.
struct RunProgress {
    int64_t run = 0;
    double fraction = 0;
    std::string stage;
    double elapsedSeconds = 0;
    double secondsLeft = -1; // -1 = not known yet
};

// A store or worker program that does not work is an Error: the scheduler then pauses itself (or
// ends, with stopWhenEmpty) instead of failing every run of the queue.
struct SchedulerEvent {
    enum class Kind { Started, Progress, Finished, Failed, Cancelled, Idle, Error } kind;
    RunProgress progress; // run id in every kind but Idle and Error
    std::string text;     // error sentence; of Cancelled, why a race stopped the run, else empty
};

// Owns one thread and up to `jobs` processes. Public members are thread-safe. The listener is
// called from the scheduler's thread: hand the event over, do not work in it.
class Scheduler {
public:
    using Listener = std::function<void(const SchedulerEvent&)>;

    Scheduler(SchedulerOptions options, Listener listener);
    ~Scheduler(); // ends workers; runs in flight go back to the queue
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    void start();
    void wake();             // runs were queued
    void pause(bool paused); // runs in flight go on, no new one starts
    bool paused() const;
    void cancelRun(int64_t run); // ends its worker at once, or takes it from the queue
    void stop();                 // as the destructor, and waits
    void waitUntilEmpty();       // until nothing is queued or running (stopWhenEmpty or not)

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace paretoscope
