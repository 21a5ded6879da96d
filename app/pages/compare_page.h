// Two runs side by side: what was set differently, what that did to every metric, and to which items.
#pragma once

#include "app/services/run_comparison.h"
#include "widgets/models/metric_change.h"

#include <QWidget>

#include <memory>
#include <vector>

class QCheckBox;
class QLabel;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace paretoscope {

class EmptyState;
class NoticeBar;
class RunSlot;
class ValueTable;
class Workspace;

class ComparePage : public QWidget {
    Q_OBJECT
public:
    explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);

    QString sentence() const;
    ValueTable& metrics() const { return *metrics_; }
    ValueTable& settings() const { return *settings_; }
    ValueTable& items() const { return *items_; }
    RunSlot& slotA() const { return *slotA_; }
    RunSlot& slotB() const { return *slotB_; }
    QCheckBox* onlyChanged() const { return onlyChanged_; }
    QToolButton* swapButton() const { return swap_; }
    QToolButton* copyButton() const { return copy_; }
    bool upToDate() const; // what is shown is what is chosen
    QString asText() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildHeader();
    QWidget* buildBody();
    void connectAll();
    void refresh();
    void load();
    void accept(RunComparison comparison);
    void showMetrics();
    void showSettings();
    void showItems();
    void fillSlot(RunSlot& slot, qint64 run, bool pinned);

    Workspace& workspace_;
    RunSlot* slotA_;
    RunSlot* slotB_;
    QToolButton* swap_;
    QToolButton* copy_;
    NoticeBar* notice_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QLabel* sentence_;
    ValueTable* metrics_;
    ValueTable* settings_;
    ValueTable* items_;
    QLabel* itemsTitle_;
    QCheckBox* onlyChanged_;
    QSplitter* split_;
    std::shared_ptr<RunComparison> shown_;
    std::vector<MetricChange> changes_;
    qint64 loadingA_ = 0, loadingB_ = 0;
    int loadNumber_ = 0;
};

} // namespace paretoscope
