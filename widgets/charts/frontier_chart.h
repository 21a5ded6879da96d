// Draws FrontierChartData into a QCustomPlot. Owns no widget: the plot must outlive it. GUI thread.
#pragma once

#include "widgets/charts/chart_style.h"
#include "widgets/charts/frontier_data.h"

#include <QPointF>
#include <QRectF>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

class QCPAbstractItem;
class QCPAbstractPlottable;
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
    // The place is that with the most room when none is given.
    void setLegend(bool shown, std::optional<Qt::Alignment> place);
    void setTitle(const QString& title);                            // over the chart; empty = none
    void setAxisTitles(const QString& x, const QString& y);         // empty = the metric's own
    void setEnds(bool horizontal, std::optional<double> from, std::optional<double> to); // of the visible range
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
        size_t lines = 0, isoLines = 0, limits = 0;
        QString note;
    };
    const Drawn& drawn() const { return drawn_; }

private:
    void buildAxes();
    void buildAxis(QCPAxis& axis, const ChartAxis& what, double largest, double& divisor);
    void buildSeries(size_t series);
    std::map<int, std::vector<size_t>> byThird(const std::vector<size_t>& points) const;
    QCPGraph* addMarks(const std::vector<size_t>& points, const SeriesStyle& style,
                       PointStanding standing, int thirdStep);
    static double thirdScale(int step); // of a mark's size
    void addErrorBars(QCPGraph& graph, const std::vector<size_t>& points, QColor color);
    void buildBaselines();
    void buildLines();
    void buildLimits();
    void buildIsoLines();
    double costOf(double x, double y) const;
    void buildLegend();
    void styleLegend();
    void placeLegend();
    void addThirdLegend();
    void addLegendMark(const QString& name, const QPainterPath& shape, const QColor& color, double size);
    void addToLegend(QCPAbstractPlottable& plottable);
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
    bool legendShown_ = true;
    std::optional<Qt::Alignment> legendPlace_;
    size_t notInLegend_ = 0;
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
