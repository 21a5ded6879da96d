#include "core/run/scheduler_loop.h"

#include "core/base/error.h"
#include "core/run/changes.h"
#include "core/run/time_left.h"

#include <algorithm>
#include <exception>
#include <poll.h>
#include <utility>

namespace paretoscope {

namespace {

using Clock = RunningWorker::Clock;

constexpr int waitWithWorkersMs = 100;
constexpr int waitWithoutWorkersMs = 500; // other processes may queue and cancel runs
constexpr int waitAfterTroubleMs = 1000;
constexpr std::chrono::seconds abandonedInterval{5};
constexpr std::chrono::seconds endGrace{5}; // for a worker that has answered
constexpr size_t longestLine = size_t{1} << 28;
constexpr size_t keptWords = 4096;

RunQuery queuedOf(const std::vector<int64_t>& experiments)
{
    RunQuery query;
    query.experiments = experiments;
    query.states = {RunState::Queued};
    return query;
}

void watch(std::vector<pollfd>& descriptors, int descriptor, short events)
{
    if (descriptor >= 0) descriptors.push_back({descriptor, events, 0});
}

} // namespace

SchedulerLoop::SchedulerLoop(const SchedulerOptions& options, const Scheduler::Listener& listener,
                             SchedulerMailbox& mailbox)
    : options_(options)
    , listener_(listener)
    , mailbox_(mailbox)
{
}

void SchedulerLoop::run()
{
    try {
        store_ = Store::open(options_.store);
        work();
    } catch (const std::exception& error) {
        tell(SchedulerEvent::Kind::Error, {}, error.what());
    }
    workers_.clear();
    const std::lock_guard lock(mailbox_.mutex);
    mailbox_.ended = true;
    mailbox_.changed.notify_all();
}

void SchedulerLoop::work()
{
    while (!stop_) {
        try {
            step();
            lastTrouble_.clear();
        } catch (const std::exception& error) {
            troubled(error.what());
        }
    }
    giveBack();
}

void SchedulerLoop::step()
{
    takeOrders();
    if (stop_) return;
    noticeOtherProcesses();
    const bool queueEmpty = startRuns();
    const bool empty = queueEmpty && workers_.empty();
    announceEmpty(empty);
    if (empty && options_.stopWhenEmpty) {
        stop_ = true;
        return;
    }
    waitForNews();
    for (size_t i = workers_.size(); i-- > 0;) serve(*workers_[i]);
}

void SchedulerLoop::takeOrders()
{
    std::vector<int64_t> cancels;
    {
        const std::lock_guard lock(mailbox_.mutex);
        mailbox_.drain();
        cancels.swap(mailbox_.cancels);
        paused_ = mailbox_.paused;
        stop_ = mailbox_.stop;
        mailbox_.woken = false;
    }
    for (const int64_t id : cancels) cancel(id);
}

void SchedulerLoop::cancel(int64_t id)
{
    RunProgress progress;
    progress.run = id;
    if (RunningWorker* worker = find(id); worker && !worker->answeredAt) {
        worker->process->kill();
        progress = worker->progress;
        forget(id);
    }
    try {
        store_->cancelRun(id);
        if (store_->run(id).state != RunState::Cancelled) return; // it was done before
        tell(SchedulerEvent::Kind::Cancelled, progress);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NotFound) throw;
        tell(SchedulerEvent::Kind::Error, progress, error.what());
    }
}

// Another window or command may have cancelled a run of ours, or died with runs of its own.
void SchedulerLoop::noticeOtherProcesses()
{
    if (!paused_)
        while (!orphans_.empty()) {
            store_->queueRunAgain(orphans_.back());
            orphans_.pop_back();
        }
    if (Clock::now() - checkedAbandoned_ >= abandonedInterval) {
        checkedAbandoned_ = Clock::now();
        store_->requeueAbandonedRuns();
    }
    const int64_t change = store_->changeCounter();
    if (change == seenChange_) return;
    seenChange_ = change;
    for (size_t i = workers_.size(); i-- > 0;) {
        const int64_t id = workers_[i]->run.id;
        if (store_->run(id).state == RunState::Cancelled) cancel(id);
    }
}

bool SchedulerLoop::startRuns()
{
    if (paused_) return store_->countRuns(queuedOf(options_.experiments)) == 0;
    while (workers_.size() < size_t(options_.jobs)) {
        std::optional<Run> run = store_->takeQueuedRun(options_.experiments);
        if (!run) return true;
        startRun(std::move(*run));
    }
    return false;
}

void SchedulerLoop::startRun(Run run)
{
    auto worker = std::make_unique<RunningWorker>();
    const int64_t id = run.id;
    worker->progress.run = id;
    worker->run = std::move(run);
    try {
        worker->typicalSeconds = store_->typicalRunSeconds(worker->run.request.model);
        worker->progress.secondsLeft = secondsLeft(0, 0, worker->typicalSeconds);
        if (!worker->run.request.race.empty()) worker->race.emplace(*store_, worker->run);
        worker->input = requestLine(id, worker->run.request);
        worker->process = std::make_unique<WorkerProcess>(options_.workerCommand);
    } catch (...) {
        orphans_.push_back(id);
        throw;
    }
    workers_.push_back(std::move(worker));
    tell(SchedulerEvent::Kind::Started, workers_.back()->progress);
}

void SchedulerLoop::announceEmpty(bool empty)
{
    {
        const std::lock_guard lock(mailbox_.mutex);
        mailbox_.empty = empty && !mailbox_.woken;
        empty = mailbox_.empty;
        if (empty) mailbox_.changed.notify_all();
    }
    if (empty && !announcedEmpty_) tell(SchedulerEvent::Kind::Idle);
    announcedEmpty_ = empty;
}

void SchedulerLoop::waitForNews()
{
    std::vector<pollfd> descriptors;
    watch(descriptors, mailbox_.descriptor, POLLIN);
    for (const auto& worker : workers_) {
        watch(descriptors, worker->process->outputDescriptor(), POLLIN);
        watch(descriptors, worker->process->errorDescriptor(), POLLIN);
        watch(descriptors, worker->process->inputDescriptor(), POLLOUT);
    }
    ::poll(descriptors.data(), nfds_t(descriptors.size()),
           workers_.empty() ? waitWithoutWorkersMs : waitWithWorkersMs);
}

void SchedulerLoop::serve(RunningWorker& worker)
{
    const int64_t id = worker.run.id;
    // Before reading: what an ended process wrote is then complete.
    const std::optional<int> ended = worker.process->exitStatus();
    worker.process->feed(worker.input);
    worker.process->readErrors(worker.lastWords);
    if (worker.lastWords.size() > keptWords)
        worker.lastWords.erase(0, worker.lastWords.size() - keptWords);
    const size_t before = worker.output.size();
    worker.process->readOutput(worker.output);
    const bool more = worker.output.size() != before;
    readLines(worker);
    if (!find(id)) return; // it failed
    if (worker.answeredAt && (ended || Clock::now() - *worker.answeredAt > endGrace)) return forget(id);
    if (ended && !more) failWorker(worker, ErrorCode::WorkerLost, describeWorkerEnd(*ended, worker.lastWords));
}

void SchedulerLoop::readLines(RunningWorker& worker)
{
    const int64_t id = worker.run.id;
    size_t begin = 0;
    for (size_t end; (end = worker.output.find('\n', begin)) != std::string::npos; begin = end + 1) {
        const std::string line = worker.output.substr(begin, end - begin);
        if (worker.answeredAt) continue; // nothing counts after the answer
        WorkerMessage message;
        try {
            message = parseMessageLine(line);
        } catch (const Error& error) {
            return failWorker(worker, ErrorCode::WorkerLost,
                              fmt::format("the worker wrote something that is no answer: {}", error.what()));
        }
        handle(worker, message);
        if (!find(id)) return;
    }
    worker.output.erase(0, begin);
    if (worker.output.size() > longestLine)
        failWorker(worker, ErrorCode::WorkerLost, "the worker wrote a line without end");
}

void SchedulerLoop::handle(RunningWorker& worker, const WorkerMessage& message)
{
    if (const auto* update = std::get_if<WorkerProgress>(&message)) progress(worker, *update);
    if (const auto* costs = std::get_if<WorkerCosts>(&message); costs && worker.race)
        worker.race->setCosts(costs->costs);
    if (const auto* item = std::get_if<WorkerItem>(&message); item && worker.race)
        if (const std::optional<EarlyStop> stop = worker.race->add(item->item)) return stopDominated(worker, *stop);
    if (const auto* done = std::get_if<WorkerDone>(&message)) finish(worker, *done);
    if (const auto* failed = std::get_if<WorkerFailed>(&message))
        failWorker(worker, failed->code, failed->error);
}

void SchedulerLoop::progress(RunningWorker& worker, const WorkerProgress& message)
{
    RunProgress& progress = worker.progress;
    progress.fraction = std::clamp(message.fraction, progress.fraction, 1.0);
    progress.stage = message.stage;
    progress.elapsedSeconds = worker.elapsedSeconds();
    progress.secondsLeft =
        secondsLeft(progress.fraction, progress.elapsedSeconds, worker.typicalSeconds);
    tell(SchedulerEvent::Kind::Progress, progress);
}

void SchedulerLoop::finish(RunningWorker& worker, const WorkerDone& message)
{
    store_->finishRun(worker.run.id, message.outcome.provenance, message.outcome.measurements);
    measureChangesOf(*store_, worker.run.id);
    worker.answeredAt = Clock::now();
    worker.progress.fraction = 1;
    worker.progress.secondsLeft = 0;
    worker.progress.elapsedSeconds = worker.elapsedSeconds();
    tell(SchedulerEvent::Kind::Finished, worker.progress);
}

void SchedulerLoop::stopDominated(RunningWorker& worker, EarlyStop stop)
{
    RunProgress progress = worker.progress;
    progress.elapsedSeconds = worker.elapsedSeconds();
    stop.savedSeconds = std::max(0.0, progress.secondsLeft);
    worker.process->kill();
    store_->stopRun(worker.run.id, stop);
    forget(progress.run);
    tell(SchedulerEvent::Kind::Cancelled, progress, stop.text());
}

void SchedulerLoop::failWorker(RunningWorker& worker, ErrorCode code, const std::string& error)
{
    RunProgress progress = worker.progress;
    progress.elapsedSeconds = worker.elapsedSeconds();
    worker.process->kill();
    store_->failRun(worker.run.id, code, error);
    forget(progress.run);
    tell(SchedulerEvent::Kind::Failed, progress, error);
}

void SchedulerLoop::forget(int64_t run)
{
    std::erase_if(workers_, [&](const auto& worker) { return worker->run.id == run; });
}

void SchedulerLoop::giveBack()
{
    for (const auto& worker : workers_)
        if (!worker->answeredAt) orphans_.push_back(worker->run.id);
    workers_.clear(); // ends the processes before others may take their runs
    for (const int64_t id : orphans_) store_->queueRunAgain(id);
    orphans_.clear();
}

// The store or the worker program does not work: stop taking runs rather than failing them all.
void SchedulerLoop::troubled(const std::string& error)
{
    for (const auto& worker : workers_)
        if (!worker->answeredAt) orphans_.push_back(worker->run.id);
    workers_.clear();
    {
        const std::lock_guard lock(mailbox_.mutex);
        mailbox_.paused = true;
        if (options_.stopWhenEmpty) mailbox_.stop = true;
    }
    if (error != lastTrouble_) tell(SchedulerEvent::Kind::Error, {}, error);
    lastTrouble_ = error;
    pollfd orders{mailbox_.descriptor, POLLIN, 0};
    ::poll(&orders, 1, waitAfterTroubleMs);
    takeStopOrder();
}

void SchedulerLoop::takeStopOrder()
{
    const std::lock_guard lock(mailbox_.mutex);
    stop_ = mailbox_.stop;
}

void SchedulerLoop::tell(SchedulerEvent::Kind kind, const RunProgress& progress, const std::string& text)
{
    if (listener_) listener_({kind, progress, text});
}

RunningWorker* SchedulerLoop::find(int64_t run)
{
    for (const auto& worker : workers_)
        if (worker->run.id == run) return worker.get();
    return nullptr;
}

} // namespace paretoscope
