#include "widgets/models/queue_model.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/models/run_columns.h"
#include "widgets/theme/theme.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

int rank(RunState state)
{
    switch (state) {
    case RunState::Running: return 0;
    case RunState::Queued: return 1;
    case RunState::Failed: return 2;
    case RunState::Cancelled: return 3;
    case RunState::Done: return 4;
    }
    return 4;
}

} // namespace

QueueModel::QueueModel(QObject* parent) : QAbstractTableModel(parent) {}

void QueueModel::setRuns(std::vector<Run> runs)
{
    std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
        return rank(a.state) < rank(b.state);
    });
    const bool sameRows = std::equal(runs.begin(), runs.end(), runs_.begin(), runs_.end(),
                                     [](const Run& a, const Run& b) { return a.id == b.id; });
    if (sameRows) {
        runs_ = std::move(runs);
        if (!runs_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    runs_ = std::move(runs);
    endResetModel();
}

void QueueModel::setProgress(const RunProgress& progress)
{
    progress_[progress.run] = progress;
    for (int row = 0; row < rowCount(); ++row)
        if (runs_[size_t(row)].id == progress.run)
            Q_EMIT dataChanged(index(row, StateColumn), index(row, ProgressColumn));
}

void QueueModel::clearProgress(int64_t run) { progress_.erase(run); }

const Run* QueueModel::run(int row) const
{
    return row >= 0 && row < rowCount() ? &runs_[size_t(row)] : nullptr;
}

const RunProgress* QueueModel::progress(int64_t run) const
{
    const auto found = progress_.find(run);
    return found == progress_.end() ? nullptr : &found->second;
}

int QueueModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(runs_.size());
}

int QueueModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QString QueueModel::progressText(const Run& run) const
{
    if (run.state == RunState::Failed || run.stoppedEarly()) return reasonText(run);
    const RunProgress* progress = this->progress(run.id);
    if (run.state != RunState::Running || !progress) return {};
    QString text = tr("%1% · %2").arg(int(progress->fraction * 100)).arg(toQt(progress->stage));
    if (progress->secondsLeft >= 0)
        text += u" · "_s + tr("%1 left").arg(formatDuration(progress->secondsLeft));
    return text;
}

QVariant QueueModel::data(const QModelIndex& index, int role) const
{
    const Run* run = index.isValid() ? this->run(index.row()) : nullptr;
    if (!run) return {};
    switch (role) {
    case RunIdRole: return qint64(run->id);
    case StateRole: return int(run->state);
    case ErrorRole: return toQt(run->error);
    case FractionRole: {
        const RunProgress* progress = this->progress(run->id);
        return progress && run->state == RunState::Running ? QVariant(progress->fraction) : QVariant();
    }
    case Qt::ForegroundRole:
        if (index.column() != StateColumn) return {};
        if (run->state == RunState::Failed) return Theme::instance().colors().bad;
        return run->state == RunState::Running ? Theme::instance().colors().accent : QVariant();
    case Qt::DisplayRole:
    case Qt::ToolTipRole: break;
    default: return {};
    }
    switch (index.column()) {
    case RecipeColumn: return RunColumn{RunColumn::Kind::Recipe, {}}.text(*run);
    case ExperimentColumn: return toQt(run->experiment);
    case StateColumn: return stateTitle(*run);
    case ProgressColumn: return progressText(*run);
    default: return {};
    }
}

QVariant QueueModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
    case RecipeColumn: return tr("Recipe");
    case ExperimentColumn: return tr("Experiment");
    case StateColumn: return tr("State");
    case ProgressColumn: return tr("Progress");
    default: return {};
    }
}

} // namespace paretoscope
