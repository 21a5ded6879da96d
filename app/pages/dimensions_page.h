// Many metrics at once: parallel coordinates or a matrix of scatter charts, linked with the selection.
#pragma once

#include "core/base/json_forward.h"

#include <QString>
#include <QWidget>

#include <string>
#include <vector>

class QComboBox;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace paretoscope {

class EmptyState;
class HoverCard;
class MetricMenu;
class ParallelView;
class ScatterMatrixView;
class SeriesLegend;
class Workspace;

class DimensionsPage : public QWidget {
    Q_OBJECT
public:
    explicit DimensionsPage(Workspace& workspace, QWidget* parent = nullptr);

    ParallelView& parallel() const { return *parallel_; }
    ScatterMatrixView& matrix() const { return *matrix_; }
    QComboBox* kindBox() const { return kind_; }
    MetricMenu& metricMenu() const { return *metrics_; }
    QToolButton* clearButton() const { return clear_; }
    QString countText() const;
    Json state() const;
    void restore(const Json& state); // what it cannot read is left as it is

Q_SIGNALS:
    void axesChosen(const std::string& x, const std::string& y); // for the frontier

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void connectAll();
    void refresh();
    void chooseDefaults();
    void showKind();
    void refreshCount();
    void describe(QWidget* view, qint64 run, const QPoint& place);
    void remember();

    Workspace& workspace_;
    QComboBox* kind_;
    MetricMenu* metrics_;
    QLabel* count_;
    QToolButton* clear_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    ParallelView* parallel_;
    ScatterMatrixView* matrix_;
    SeriesLegend* legend_;
    HoverCard* card_;
    bool chosenByUser_ = false;
};

} // namespace paretoscope
