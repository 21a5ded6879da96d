// The window's scheduler: starts, pauses, cancels and retries runs of one store.
#pragma once

#include "core/experiment/experiment.h"
#include "core/run/scheduler.h"

#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include <filesystem>
#include <memory>

namespace paretoscope {

class StoreSession;

// Opens paused: runs that were queued earlier wait for resume() or submit(). GUI thread; events of
// the scheduler arrive as queued calls.
class RunService : public QObject {
    Q_OBJECT
public:
    RunService(StoreSession& store, std::vector<std::string> workerCommand,
               QObject* parent = nullptr);
    ~RunService() override; // runs in flight go back to the queue

    bool paused() const { return paused_; }

    // Checks the plan, queues its runs and goes on; answers with `submitted` or `refused`.
    void submit(const ExperimentPlan& plan);
    void resume();
    void pause();
    void cancel(const QList<qint64>& runs);
    void cancelAllQueued();
    void retry(const QList<qint64>& runs);

Q_SIGNALS:
    void submitted(qint64 experiment, int runs);
    void refused(const QString& error);  // a plan that cannot work
    void progressed(const paretoscope::RunProgress& progress);
    void ended(qint64 run);              // done, failed or cancelled
    void failed(const QString& error);   // the scheduler or a worker does not work
    void stateChanged();                 // paused or not

private:
    void ensureScheduler();
    void receive(const SchedulerEvent& event);
    void setPaused(bool paused);

    StoreSession& store_;
    std::vector<std::string> workerCommand_;
    std::unique_ptr<Scheduler> scheduler_;
    bool paused_ = true;
};

} // namespace paretoscope
