// Draws FrontierChartData into a QCustomPlot. Owns no widget: the plot must outlive it. GUI thread.
#pragma once

#include "widgets/charts/chart_style.h"
#include "widgets/charts/frontier_data.h"

#include <QPointF>
#include <QRectF>

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

class QCPAbstractItem;
class QCPAxis;
class QCPCurve;
class QCPGraph;
class QCPItemText;
class QCPItemTracer;
class QCPRange;
class QCPTextElement;
class QCustomPlot;

namespace paretoscope {

class FrontierChart {
public:
    FrontierChart(QCustomPlot& plot, ChartStyle style);
    FrontierChart(const FrontierChart&) = delete;
    FrontierChart& operator=(const FrontierChart&) = delete;

    // Both rebuild the plottables and do not replot. The visible range stays as it is.
    void setStyle(const ChartStyle& style);
    void setData(FrontierChartData data);
    const FrontierChartData& data() const { return data_; }

    void showAll(); // fits the axes to the data
    // A line of small text under the chart: store, version, fingerprint.
    void setCaption(const QString& caption);

    // Rings around points, on a layer of their own: cheap to change. They replot that layer.
    void setSelected(const std::unordered_set<int64_t>& runs);
    void setCurrent(std::optional<size_t> point);
    void setCompared(int64_t a, int64_t b); // the letters A and B beside their points; 0 = none

    // Positions are in pixels of the plot.
    QPointF pixelOf(size_t point) const;
    std::optional<size_t> pointAt(const QPointF& pixel, double reach) const;
    std::vector<size_t> pointsIn(const QRectF& pixels) const;

    // What was drawn, for tests: marks by standing, and the dashed lines.
    struct Drawn {
        size_t onFrontier = 0, dominated = 0, beyondNoise = 0, baselines = 0, errorBars = 0;
        size_t lines = 0;
        QString note;
    };
    const Drawn& drawn() const { return drawn_; }

private:
    void buildAxes();
    void buildAxis(QCPAxis& axis, const ChartAxis& what, double largest, double& divisor);
    void buildSeries(size_t series);
    QCPGraph* addMarks(const std::vector<size_t>& points, const SeriesStyle& style,
                       PointStanding standing);
    void addErrorBars(QCPGraph& graph, const std::vector<size_t>& points, QColor color);
    void buildBaselines();
    void buildLines();
    void buildLegend();
    void buildNote();
    void buildDirectionHint();
    void buildRings();
    void refreshRings();
    void refreshLetters();
    void replotRings();
    void placeText(QCPTextElement*& element, int row, const QString& text);
    QString noteText() const;
    QCPRange rangeOf(bool horizontal) const;

    QCustomPlot& plot_;
    ChartStyle style_;
    FrontierChartData data_;
    double xDivisor_ = 1, yDivisor_ = 1;
    QCPTextElement* note_ = nullptr;
    QCPTextElement* caption_ = nullptr;
    QCPGraph* selectedRing_ = nullptr;
    QCPGraph* currentRing_ = nullptr;
    std::array<QCPItemText*, 2> letters_{};
    std::array<QCPItemTracer*, 2> letterPlaces_{};
    std::unordered_set<int64_t> selected_;
    std::optional<size_t> current_;
    std::array<int64_t, 2> compared_{};
    Drawn drawn_;
};

} // namespace paretoscope
