// What is running, waiting and broken: the run queue.
#pragma once

#include "core/experiment/experiment.h"
#include "core/run/scheduler.h"

#include <QAbstractTableModel>

#include <unordered_map>
#include <vector>

namespace paretoscope {

class QueueModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { RecipeColumn, ExperimentColumn, StateColumn, ProgressColumn, ColumnCount };
    enum Role { RunIdRole = Qt::UserRole, StateRole, FractionRole, ErrorRole };

    explicit QueueModel(QObject* parent = nullptr);

    // Running runs first, then queued in order, then failed and cancelled ones.
    void setRuns(std::vector<Run> runs);
    void setProgress(const RunProgress& progress); // of a running run
    void clearProgress(int64_t run);
    const Run* run(int row) const; // null outside
    const RunProgress* progress(int64_t run) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString progressText(const Run& run) const;

    std::vector<Run> runs_;
    std::unordered_map<int64_t, RunProgress> progress_;
};

} // namespace paretoscope
