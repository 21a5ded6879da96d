// What the scheduler's thread does. Only for core/run/*.cpp.
#pragma once

#include "core/run/race_watch.h"
#include "core/run/scheduler.h"
#include "core/run/worker_process.h"
#include "core/run/worker_protocol.h"
#include "core/store/store.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

// What other threads say to the loop and learn from it.
struct SchedulerMailbox {
    SchedulerMailbox();
    ~SchedulerMailbox();
    SchedulerMailbox(const SchedulerMailbox&) = delete;
    SchedulerMailbox& operator=(const SchedulerMailbox&) = delete;

    void ring();  // ends a wait of the loop
    void drain(); // forgets the rings so far

    std::mutex mutex;
    std::condition_variable changed; // of `empty` and `ended`
    std::vector<int64_t> cancels;
    bool paused = false;
    bool stop = false;
    bool woken = false; // runs were queued since the loop last looked
    bool empty = false; // nothing queued, nothing running
    bool ended = false;
    int descriptor = -1;
};

// A run and the process that works on it.
struct RunningWorker {
    using Clock = std::chrono::steady_clock;

    Run run;
    std::unique_ptr<WorkerProcess> process;
    std::string input;     // not sent yet
    std::string output;    // received, up to an unfinished line
    std::string lastWords; // end of its standard error
    Clock::time_point startedAt = Clock::now();
    std::optional<Clock::time_point> answeredAt;
    std::optional<double> typicalSeconds;
    RunProgress progress;
    std::optional<RaceWatch> race; // of runs that may be stopped early

    double elapsedSeconds() const
    {
        return std::chrono::duration<double>(Clock::now() - startedAt).count();
    }
};

class SchedulerLoop {
public:
    SchedulerLoop(const SchedulerOptions& options, const Scheduler::Listener& listener,
                  SchedulerMailbox& mailbox);
    void run(); // until told to stop, or nothing is left with stopWhenEmpty; does not throw

private:
    void work();
    void step();
    void takeOrders();
    void cancel(int64_t run);
    void noticeOtherProcesses();
    bool startRuns(); // whether the queue is empty
    void startRun(Run run);
    void announceEmpty(bool empty);
    void waitForNews();
    void serve(RunningWorker& worker);
    void readLines(RunningWorker& worker);
    void handle(RunningWorker& worker, const WorkerMessage& message);
    void progress(RunningWorker& worker, const WorkerProgress& message);
    void finish(RunningWorker& worker, const WorkerDone& message);
    void stopDominated(RunningWorker& worker, EarlyStop stop);
    void failWorker(RunningWorker& worker, ErrorCode code, const std::string& error);
    void forget(int64_t run);
    void giveBack(); // everything in flight goes back to the queue
    void troubled(const std::string& error);
    void takeStopOrder();
    void tell(SchedulerEvent::Kind kind, const RunProgress& progress = {}, const std::string& text = {});
    RunningWorker* find(int64_t run);

    const SchedulerOptions& options_;
    const Scheduler::Listener& listener_;
    SchedulerMailbox& mailbox_;
    std::unique_ptr<Store> store_;
    std::vector<std::unique_ptr<RunningWorker>> workers_;
    std::vector<int64_t> orphans_; // whose results or states could not be written
    int64_t seenChange_ = -1;
    std::string lastTrouble_; // empty while all is well
    std::chrono::steady_clock::time_point checkedAbandoned_;
    bool announcedEmpty_ = false;
    bool stop_ = false;
    bool paused_ = false;
};

} // namespace paretoscope
