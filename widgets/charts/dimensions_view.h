// What the charts of many metrics have in common: the runs, which are selected, and a picture that is painted
// again only when something changed.
#pragma once

#include "widgets/charts/chart_style.h"
#include "widgets/charts/run_dimensions.h"

#include <QList>
#include <QPixmap>
#include <QWidget>
#include <unordered_set>

namespace paretoscope {

class DimensionsView : public QWidget {
    Q_OBJECT
public:
    explicit DimensionsView(const QString& accessibleName, QWidget* parent);

    const RunDimensions& data() const { return data_; }
    void setSelectedRuns(const QList<qint64>& runs); // does not emit

    virtual void paintChart(QPainter& painter, const QRect& area, const ChartStyle& style) const = 0;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void runHovered(qint64 run, const QPoint& place); // 0 = none

protected:
    void dirty(); // the picture is painted again
    void drawChart(QPainter& painter, const ChartStyle& style); // the picture

    RunDimensions data_;
    std::unordered_set<int64_t> selected_;
    int64_t hovered_ = 0;

private:
    QPixmap cache_;
};

} // namespace paretoscope
