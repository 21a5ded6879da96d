#include "app/services/log_book.h"

#include "app/services/workspace.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/models/run_columns.h"

#include <QMetaObject>

namespace paretoscope {

LogBook::LogBook(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , workspace_(workspace)
    , listener_([this](LogLevel level, const std::string& message) {
        QMetaObject::invokeMethod(
            this, [this, level, text = toQt(message)] { add(level, text); }, Qt::QueuedConnection);
    })
{
    connect(&workspace_, &Workspace::storeOpened, this, [this] {
        add(LogLevel::Info, tr("Opened the store '%1'.").arg(toQt(workspace_.store()->path().string())));
        followRuns();
    });
    connect(&workspace_, &Workspace::storeFailed, this, [this](const QString& error) { add(LogLevel::Error, error); });
    connect(&workspace_, &Workspace::modelFailed, this, [this](const QString& error) { add(LogLevel::Error, error); });
    connect(&workspace_, &Workspace::runsFailed, this, [this](const QString& error) { add(LogLevel::Error, error); });
    connect(&workspace_, &Workspace::modelOpened, this,
            [this] { add(LogLevel::Info, tr("Opened the model '%1'.").arg(workspace_.modelPath())); });
}

void LogBook::followRuns()
{
    RunService* runs = workspace_.runs();
    if (!runs) return;
    connect(runs, &RunService::submitted, this,
            [this](qint64, int count) { add(LogLevel::Info, tr("%1 runs are in the queue's plan.").arg(count)); });
    connect(runs, &RunService::refused, this, [this](const QString& error) { add(LogLevel::Warning, error); });
    connect(runs, &RunService::ended, this, &LogBook::tellEnd);
}

void LogBook::tellEnd(qint64 id)
{
    const std::optional<Run> run = workspace_.run(id);
    if (!run) return;
    const QString recipe = toQt(run->request.recipe);
    if (run->state == RunState::Failed)
        add(LogLevel::Error, tr("Run %1, %2, failed: %3").arg(id).arg(recipe, toQt(run->error)));
    else if (run->state == RunState::Done)
        add(LogLevel::Info,
            tr("Run %1, %2, is done after %3.").arg(id).arg(recipe, formatDuration(run->finishedAt - run->startedAt)));
    else if (run->stoppedEarly())
        add(LogLevel::Info, tr("Run %1, %2: %3.").arg(id).arg(recipe, reasonText(*run)));
    else
        add(LogLevel::Info, tr("Run %1, %2: %3.").arg(id).arg(recipe, stateTitle(run->state).toLower()));
}

void LogBook::add(LogLevel level, const QString& text)
{
    if (entries_.size() >= most) entries_.erase(entries_.begin(), entries_.begin() + most / 10);
    entries_.push_back({QDateTime::currentDateTime(), level, text});
    Q_EMIT changed();
}

void LogBook::clear()
{
    entries_.clear();
    Q_EMIT changed();
}

QString logLevelTitle(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return LogBook::tr("Detail");
    case LogLevel::Info:
        return LogBook::tr("Note");
    case LogLevel::Warning:
        return LogBook::tr("Warning");
    case LogLevel::Error:
        return LogBook::tr("Error");
    case LogLevel::Off:
        break;
    }
    return {};
}

} // namespace paretoscope
