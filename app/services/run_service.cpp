#include "app/services/run_service.h"

#include "app/command_line/run_plan.h"
#include "app/services/background.h"
#include "app/services/store_session.h"
#include "core/base/error.h"
#include "widgets/basics/text.h"

#include <QMetaObject>

namespace paretoscope {

namespace {

struct Submitted {
    int64_t experiment = 0;
    size_t runs = 0;
};

Submitted queuePlan(const std::filesystem::path& path, const ExperimentPlan& plan)
{
    const std::vector<std::string> settings = checkPlan(plan);
    const std::unique_ptr<Store> store = Store::open(path, StoreAccess::ReadWrite);
    const Experiment experiment = store->openExperiment(plan.name, plan.model);
    const std::vector<RunRequest> requests = plan.requests();
    store->addRuns(experiment.id, requests, settings);
    return {experiment.id, requests.size()};
}

} // namespace

RunService::RunService(StoreSession& store, std::vector<std::string> workerCommand, QObject* parent)
    : QObject(parent), store_(store), workerCommand_(std::move(workerCommand))
{
}

RunService::~RunService()
{
    // Before this object goes: the listener posts to it.
    scheduler_.reset();
}

void RunService::ensureScheduler()
{
    if (scheduler_) return;
    SchedulerOptions options;
    options.store = store_.path();
    options.workerCommand = workerCommand_;
    scheduler_ = std::make_unique<Scheduler>(options, [this](const SchedulerEvent& event) {
        QMetaObject::invokeMethod(this, [this, event] { receive(event); }, Qt::QueuedConnection);
    });
    scheduler_->pause(paused_);
    scheduler_->start();
}

void RunService::receive(const SchedulerEvent& event)
{
    switch (event.kind) {
    case SchedulerEvent::Kind::Started:
    case SchedulerEvent::Kind::Progress: Q_EMIT progressed(event.progress); break;
    case SchedulerEvent::Kind::Finished:
    case SchedulerEvent::Kind::Failed:
    case SchedulerEvent::Kind::Cancelled: Q_EMIT ended(event.progress.run); break;
    case SchedulerEvent::Kind::Idle: break;
    case SchedulerEvent::Kind::Error:
        Q_EMIT failed(toQt(event.text));
        if (scheduler_ && scheduler_->paused() != paused_) {
            paused_ = scheduler_->paused();
            Q_EMIT stateChanged();
        }
        break;
    }
    store_.poll();
}

void RunService::submit(const ExperimentPlan& plan)
{
    runInBackground<Submitted>(
        this, [path = store_.path(), plan] { return queuePlan(path, plan); },
        [this](Submitted result) {
            store_.poll();
            Q_EMIT submitted(result.experiment, int(result.runs));
            resume();
        },
        [this](const QString& error) { Q_EMIT refused(error); });
}

void RunService::setPaused(bool paused)
{
    paused_ = paused;
    if (!paused) ensureScheduler();
    if (scheduler_) {
        scheduler_->pause(paused);
        if (!paused) scheduler_->wake();
    }
    Q_EMIT stateChanged();
}

void RunService::resume() { setPaused(false); }

void RunService::pause() { setPaused(true); }

void RunService::cancel(const QList<qint64>& runs)
{
    if (scheduler_) {
        for (const qint64 run : runs) scheduler_->cancelRun(run);
        return;
    }
    store_.edit([&](Store& store) {
        for (const qint64 run : runs) store.cancelRun(run);
    });
}

void RunService::cancelAllQueued()
{
    RunQuery query;
    query.states = {RunState::Queued, RunState::Running};
    const std::vector<int64_t> ids = store_.reader().runIds(query);
    cancel({ids.begin(), ids.end()});
}

void RunService::retry(const QList<qint64>& runs)
{
    const bool queued = store_.edit([&](Store& store) {
        for (const qint64 run : runs) store.queueRunAgain(run);
    });
    if (queued) resume();
}

} // namespace paretoscope
