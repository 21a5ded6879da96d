// What the window is about: one store, one model, what is shown and what is selected.
//
// Pages read it and ask it; they know each other only through it. GUI thread.
#pragma once

#include "app/services/run_service.h"
#include "app/services/snapshot_loader.h"
#include "app/services/store_session.h"
#include "app/settings.h"
#include "core/model/model.h"
#include "widgets/charts/frontier_data.h"

#include <QList>
#include <QObject>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

class ComparisonChoice;

class Workspace : public QObject {
    Q_OBJECT
public:
    Workspace(ProgramSettings& settings, std::vector<std::string> workerCommand,
              QObject* parent = nullptr);
    ~Workspace() override;

    ProgramSettings& settings() { return settings_; }

    // --- the store. Opening another one sends runs in flight back to their queue.
    bool openStore(const QString& path); // false, and `storeFailed`, keeps the one that was open
    StoreSession* store() const { return store_.get(); }
    RunService* runs() const { return runs_.get(); }
    const Snapshot& snapshot() const { return *snapshot_; } // empty before the first is read
    bool loading() const { return !loadedOnce_; }
    std::optional<Run> run(qint64 id); // without items; nothing when it is gone
    std::vector<Run> runsById(const std::vector<int64_t>& ids);

    // --- the model of the next experiment
    void openModel(const QString& pathOrName); // answers with `modelOpened` or `modelFailed`
    ModelPtr model() const { return model_; }
    QString modelPath() const { return modelPath_; } // as a run will name it
    bool openingModel() const { return !openingModel_.isEmpty(); }
    QString modelBeingOpened() const { return openingModel_; }

    // --- what is shown; each asks for a new snapshot when it changes something
    const SnapshotRequest& request() const { return request_; }
    void setShown(const std::set<int64_t>& experiments);
    void setWithArchived(bool with);
    void setFilter(const QString& text);
    void setSort(const QString& sortBy, bool descending);
    void setMetrics(const std::string& x, const std::string& y);
    // What else a view draws; `view` names it, an empty list is nothing.
    void setOtherMetrics(const std::string& view, const std::vector<std::string>& metrics);

    void show(const SnapshotRequest& request); // all of it at once, but for other metrics

    // --- selected runs, in chart and table alike
    const QList<qint64>& selection() const { return selection_; }
    void select(const QList<qint64>& runs);
    void showRun(qint64 run);          // select it and bring its details to the front
    void showMeasurements(qint64 run); // the same for all that was measured

    // --- the two runs that are compared; free places follow the selection
    ComparisonChoice& comparison() const { return *comparison_; }
    qint64 baselineOf(qint64 run) const; // among the shown runs; 0 without one

    // --- files. Error: one sentence.
    void exportChart(const QString& file, const FrontierChartData& data) const;
    void exportTable(const QString& file);

Q_SIGNALS:
    void storeClosing(); // another one is about to be opened
    void storeOpened();
    void storeFailed(const QString& error);
    void snapshotChanged();
    void modelOpening();
    void modelOpened();
    void modelFailed(const QString& error);
    void selectionChanged();
    void detailsRequested();
    void measurementsRequested();
    void runsFailed(const QString& error); // the scheduler or the store while running

private:
    void refresh();
    void accept(std::shared_ptr<const Snapshot> snapshot);
    void connectStore();

    ProgramSettings& settings_;
    std::vector<std::string> workerCommand_;
    std::unique_ptr<StoreSession> store_;
    std::unique_ptr<RunService> runs_;
    std::unique_ptr<SnapshotLoader> loader_;
    std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<Snapshot>();
    SnapshotRequest request_;
    std::map<std::string, std::vector<std::string>> otherMetrics_; // by view
    bool loadedOnce_ = false;
    bool chooseShown_ = true; // nobody has said yet which experiments to show
    ModelPtr model_;
    QString modelPath_;
    QString openingModel_;
    QList<qint64> selection_;
    ComparisonChoice* comparison_;
};

} // namespace paretoscope
