// The second row above the chart: a third metric, limits, lines of equal cost.
#pragma once

#include "core/base/json_forward.h"
#include "widgets/charts/frontier_data.h"

#include <QWidget>

#include <map>
#include <string>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace paretoscope {

class FrontierExtras : public QWidget {
    Q_OBJECT
public:
    explicit FrontierExtras(QWidget* parent = nullptr);

    void setMetrics(const std::vector<std::string>& names);   // that the third may be
    void setAxes(const std::string& x, const std::string& y); // limits are kept by metric
    void setLimit(const std::string& metric, std::optional<double> value);
    void apply(FrontierChartOptions& options) const;
    bool inUse() const;

    Json state() const;
    void restore(const Json& state); // what it cannot read is left as it is

    QComboBox* lookBox() const { return look_; }
    QComboBox* metricBox() const { return metric_; }
    QLineEdit* xLimit() const { return xLimit_; }
    QLineEdit* yLimit() const { return yLimit_; }
    QCheckBox* isoLines() const { return iso_; }

Q_SIGNALS:
    void changed();

private:
    void readLimit(QLineEdit* field, const std::string& metric);
    void showLimit(QLineEdit* field, QLabel* label, const std::string& metric);

    QComboBox* look_;
    QComboBox* metric_;
    QLabel* xLabel_;
    QLineEdit* xLimit_;
    QLabel* yLabel_;
    QLineEdit* yLimit_;
    QCheckBox* iso_;
    std::string x_, y_;
    std::map<std::string, double> limits_; // by metric
    bool filling_ = false;
};

} // namespace paretoscope
