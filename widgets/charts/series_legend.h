// What colours and shapes stand for, in as many lines as it takes.
#pragma once

#include "widgets/charts/frontier_data.h"

#include <QWidget>

#include <vector>

namespace paretoscope {

class SeriesLegend : public QWidget {
    Q_OBJECT
public:
    explicit SeriesLegend(QWidget* parent = nullptr);

    void setSeries(std::vector<ChartSeries> series);

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<QPoint> placesFor(int width) const; // of the marks' left ends, and the bottom of the last line
    QString nameOf(const ChartSeries& series) const;

    std::vector<ChartSeries> series_;
};

} // namespace paretoscope
