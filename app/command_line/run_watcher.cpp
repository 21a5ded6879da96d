#include "app/command_line/run_watcher.h"

#include "app/command_line/interrupt_guard.h"
#include "core/base/text.h"
#include "core/evaluation/metric.h"

namespace paretoscope {

std::string measurementText(const Measurement& measurement)
{
    const Metric* metric = findMetric(measurement.metric);
    if (metric && metric->info.scale == MetricScale::Bytes) return humanBytes(measurement.value);
    std::string text = fmt::format("{:.5g}", measurement.value);
    if (measurement.standardError) text += fmt::format(" ± {:.2g}", *measurement.standardError);
    return text;
}

std::string measurementSummary(const Run& run)
{
    std::string text;
    for (const char* name : {"perplexity", "accuracy", "exact_match", "file_bytes", "decode_tokens_per_second"})
        if (const Measurement* measurement = run.measurement(name))
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, measurementText(*measurement));
    return text;
}

RunWatcher::RunWatcher(Store& store, std::set<int64_t> ids, Console& console)
    : store_(store)
    , ids_(std::move(ids))
    , console_(console)
{
    for (const int64_t id : ids_) {
        const Run run = store_.run(id);
        recipes_[id] = run.request.recipe;
        total_ += run.state == RunState::Queued || run.state == RunState::Running ? 1 : 0;
    }
}

WatchResult RunWatcher::work(SchedulerOptions options)
{
    const InterruptGuard guard;
    options.stopWhenEmpty = true;
    Scheduler scheduler(std::move(options), [this](const SchedulerEvent& event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(event);
        arrived_.notify_one();
    });
    scheduler.start();
    while (!idle_ && result_.error.empty()) {
        for (const SchedulerEvent& event : waitForEvents()) show(event);
        if (InterruptGuard::interrupted()) {
            result_.interrupted = true;
            break;
        }
    }
    scheduler.stop();
    console_.progress().clear();
    if (stopped_ > 0)
        console_.note("{} stopped early, about {} saved; without --race each is measured in full",
                      stopped_ == 1 ? "1 run was" : fmt::format("{} runs were", stopped_), humanSeconds(saved_));
    return result_;
}

std::deque<SchedulerEvent> RunWatcher::waitForEvents()
{
    std::unique_lock lock(mutex_);
    // A signal ends no wait of this kind, so look up now and then.
    arrived_.wait_for(lock, std::chrono::milliseconds(100), [this] { return !events_.empty(); });
    std::deque<SchedulerEvent> events;
    events.swap(events_);
    return events;
}

void RunWatcher::show(const SchedulerEvent& event)
{
    switch (event.kind) {
    case SchedulerEvent::Kind::Started:
    case SchedulerEvent::Kind::Progress: return showProgress(event.progress);
    case SchedulerEvent::Kind::Finished:
    case SchedulerEvent::Kind::Failed:
    case SchedulerEvent::Kind::Cancelled: return showEnd(event);
    case SchedulerEvent::Kind::Idle: idle_ = true; return;
    case SchedulerEvent::Kind::Error: result_.error = event.text; return;
    }
}

void RunWatcher::showProgress(const RunProgress& progress)
{
    fractions_[progress.run] = progress.fraction;
    double done = double(ended_);
    for (const auto& [run, fraction] : fractions_) done += fraction;
    const size_t number = std::min(total_, ended_ + 1);
    std::string text = fmt::format("run {} of {}, {}", number, total_, recipeOf(progress.run));
    if (!progress.stage.empty()) text += ": " + progress.stage;
    if (progress.secondsLeft >= 0) text += fmt::format(", {} left", humanSeconds(progress.secondsLeft));
    console_.progress().show(total_ ? done / double(total_) : 0, text);
}

void RunWatcher::showEnd(const SchedulerEvent& event)
{
    const int64_t id = event.progress.run;
    fractions_.erase(id);
    ++ended_;
    total_ = std::max(total_, ended_);
    std::string text = event.text.empty() ? "cancelled" : event.text;
    if (event.kind == SchedulerEvent::Kind::Failed) text = "failed: " + event.text;
    if (event.kind == SchedulerEvent::Kind::Finished) text = measurementSummary(store_.run(id));
    if (event.kind == SchedulerEvent::Kind::Cancelled && !event.text.empty()) {
        saved_ += store_.run(id).provenance.earlyStop.value_or(EarlyStop{}).savedSeconds;
        ++stopped_;
    }
    const std::string line = fmt::format("[{}/{}] {}: {} ({})", ended_, total_, recipeOf(id), text,
                                         humanSeconds(event.progress.elapsedSeconds));
    if (console_.wantsJson())
        console_.note("{}", line);
    else
        console_.print("{}", line);
}

const std::string& RunWatcher::recipeOf(int64_t run)
{
    const auto found = recipes_.find(run);
    return found != recipes_.end() ? found->second : recipes_[run] = store_.run(run).request.recipe;
}

} // namespace paretoscope
