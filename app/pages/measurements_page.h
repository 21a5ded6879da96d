// Everything measured on one run: metrics with their intervals, the items behind them, and where the
// numbers come from.
#pragma once

#include "core/experiment/experiment.h"

#include <QWidget>

#include <memory>

class QLabel;
class QLineEdit;
class QStackedWidget;
class QToolButton;

namespace paretoscope {

class ElidedLabel;
class NoticeBar;
class ValueTable;
class Workspace;

class MeasurementsPage : public QWidget {
    Q_OBJECT
public:
    explicit MeasurementsPage(Workspace& workspace, QWidget* parent = nullptr);

    ValueTable& metrics() const { return *metrics_; }
    ValueTable& items() const { return *items_; }
    ValueTable& origin() const { return *origin_; }
    QLineEdit* itemFilter() const { return filter_; }
    QToolButton* copyButton() const { return copy_; }
    qint64 shownRun() const { return run_ ? run_->id : 0; }
    QString asText() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildHeader();
    QWidget* buildBody();
    void refresh();
    void accept(Run run);
    void showMetrics();
    void showItems();
    void showOrigin();

    Workspace& workspace_;
    QStackedWidget* stack_;
    NoticeBar* notice_;
    ElidedLabel* recipe_;
    ElidedLabel* what_;
    QLabel* problem_;
    QToolButton* copy_;
    ValueTable* metrics_;
    QLabel* itemsTitle_;
    QLineEdit* filter_;
    ValueTable* items_;
    ValueTable* origin_;
    std::unique_ptr<Run> run_; // with items
    qint64 loading_ = 0;
};

} // namespace paretoscope
