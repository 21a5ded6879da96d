// The row above the chart: what is on the axes, and how.
#pragma once

#include "core/base/json_forward.h"
#include "widgets/charts/frontier_data.h"

#include <QWidget>

#include <string>
#include <vector>

class QCheckBox;
class QComboBox;
class QToolButton;

namespace paretoscope {

class FrontierExtras;

class FrontierControls : public QWidget {
    Q_OBJECT
public:
    explicit FrontierControls(QWidget* parent = nullptr);

    // Metrics that the shown runs have come first; the others can be chosen all the same.
    void setMetrics(const std::vector<std::string>& measured);
    void setOverlaid(bool severalExperiments); // offers what only an overlay needs
    void choose(const std::string& x, const std::string& y); // with the metrics' own scales
    FrontierChartOptions options() const;
    Json state() const;
    void restore(const Json& state); // emits; what it cannot read is left as it is

    FrontierExtras& extras() const { return *extras_; }
    QToolButton* more() const { return more_; } // shows the second row
    QComboBox* xBox() const { return x_; }
    QComboBox* yBox() const { return y_; }
    QCheckBox* xLog() const { return xLog_; }
    QCheckBox* yLog() const { return yLog_; }
    QToolButton* zoomIn() const { return zoomIn_; }
    QToolButton* zoomOut() const { return zoomOut_; }
    QToolButton* showAll() const { return showAll_; }

Q_SIGNALS:
    void changed();

private:
    QComboBox* makeMetricBox(const QString& name);
    static std::string metricOf(const QComboBox* box);

    QComboBox* x_;
    QCheckBox* xLog_;
    QComboBox* y_;
    QCheckBox* yLog_;
    QComboBox* lines_;
    QComboBox* series_;
    FrontierExtras* extras_;
    QToolButton* more_;
    QToolButton* zoomIn_;
    QToolButton* zoomOut_;
    QToolButton* showAll_;
    std::vector<std::string> measured_;
    bool filling_ = false;
};

} // namespace paretoscope
