#include "widgets/charts/frontier_chart.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/charts/axis_ticker.h"
#include "widgets/charts/frontier_line.h"

#include "widgets/charts/custom_plot.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// Above these counts the intervals of dominated points are left out: they would only be grey.
constexpr size_t mostDominatedBars = 400;
constexpr size_t mostNoiseBars = 120;
constexpr size_t crowdSize = 300; // from here on, faded marks are stamped
const char* const overlayLayer = "rings";

struct StandingLook {
    int alpha;
    double scale;
};

StandingLook lookOf(PointStanding standing)
{
    switch (standing) {
    case PointStanding::OnFrontier: return {255, 1.0};
    case PointStanding::Dominated: return {130, 0.8};
    case PointStanding::DominatedBeyondNoise: return {64, 0.66};
    }
    return {255, 1};
}

QFont smaller(QFont font)
{
    if (font.pointSizeF() > 0) font.setPointSizeF(font.pointSizeF() * 0.9);
    return font;
}

// The same mark as a small image: many times faster to draw. On scaled screens QCustomPlot would
// place it wrongly.
QCPScatterStyle stamped(const QCPScatterStyle& mark)
{
    const int side = int(std::ceil(mark.size())) + 4;
    QPixmap stamp(side, side);
    stamp.fill(Qt::transparent);
    QCPPainter painter(&stamp);
    painter.setRenderHint(QPainter::Antialiasing);
    mark.applyTo(&painter, QPen(Qt::NoPen));
    mark.drawShape(&painter, QPointF(side / 2.0, side / 2.0));
    painter.end();
    return QCPScatterStyle(stamp);
}

QString tr(const char* source)
{
    return QCoreApplication::translate("FrontierChart", source);
}

} // namespace

FrontierChart::FrontierChart(QCustomPlot& plot, ChartStyle style)
    : plot_(plot), style_(std::move(style))
{
    const QString ringLayer = QString::fromLatin1(overlayLayer);
    plot_.addLayer(ringLayer, plot_.layer(u"main"_s), QCustomPlot::limAbove);
    plot_.layer(ringLayer)->setMode(QCPLayer::lmBuffered);
    plot_.setAutoAddPlottableToLegend(false);
    plot_.axisRect()->setupFullAxesBox(false);
    for (QCPAxis* axis : {plot_.xAxis2, plot_.yAxis2}) axis->setVisible(false);
    plot_.plotLayout()->setRowSpacing(0);
    setData({});
}

void FrontierChart::setStyle(const ChartStyle& style)
{
    style_ = style;
    setData(std::move(data_));
}

void FrontierChart::setData(FrontierChartData data)
{
    data_ = std::move(data);
    drawn_ = {};
    current_.reset();
    selectedRing_ = currentRing_ = nullptr;
    letters_ = {};
    letterPlaces_ = {};
    plot_.clearItems();
    plot_.clearPlottables();
    plot_.setBackground(style_.background);
    buildAxes();
    buildLimits();
    buildIsoLines();
    buildLines();
    // Faded marks first, so that the frontier lies on top.
    for (size_t series = 0; series < data_.series.size(); ++series) buildSeries(series);
    buildBaselines();
    buildLegend();
    buildDirectionHint();
    buildNote();
    buildRings();
}

void FrontierChart::buildAxes()
{
    double largestX = 0, largestY = 0;
    for (const FrontierChartPoint& p : data_.points) {
        if (std::isfinite(p.x)) largestX = std::max(largestX, std::abs(p.x));
        if (std::isfinite(p.y)) largestY = std::max(largestY, std::abs(p.y));
    }
    buildAxis(*plot_.xAxis, data_.x, largestX, xDivisor_);
    buildAxis(*plot_.yAxis, data_.y, largestY, yDivisor_);
}

void FrontierChart::buildAxis(QCPAxis& axis, const ChartAxis& what, double largest, double& divisor)
{
    const DisplayUnit unit = displayUnit(what.metric, largest);
    divisor = unit.divisor;
    QString title = toQt(what.metric.title);
    if (!unit.name.isEmpty()) title += u" ("_s + unit.name + u')';
    axis.setLabel(title);
    if (what.log) axis.setTicker(QSharedPointer<LogTicker>::create());
    else axis.setTicker(QSharedPointer<LinearTicker>::create());
    axis.ticker()->setTickCount(6);
    axis.setScaleType(what.log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis.setLabelFont(style_.font);
    axis.setLabelColor(style_.text);
    axis.setTickLabelFont(smaller(style_.font));
    axis.setTickLabelColor(style_.muted);
    axis.setBasePen(QPen(style_.axis, 1));
    axis.setTickPen(QPen(style_.axis, 1));
    axis.setSubTickPen(QPen(style_.axis, 1));
    axis.setTickLength(0, 4);
    axis.setSubTickLength(0, 2);
    axis.setSubTicks(what.log);
    axis.grid()->setPen(QPen(style_.grid, 1));
    axis.grid()->setZeroLinePen(QPen(style_.grid, 1));
    axis.setLabelPadding(6);
}

void FrontierChart::buildSeries(size_t series)
{
    std::array<std::vector<size_t>, 3> groups;
    for (size_t i = 0; i < data_.points.size(); ++i) {
        const FrontierChartPoint& p = data_.points[i];
        if (size_t(p.series) == series && !p.baseline && data_.visible(p))
            groups[size_t(p.standing)].push_back(i);
    }
    const SeriesStyle style = data_.series[series].style;
    for (const PointStanding standing : {PointStanding::DominatedBeyondNoise,
                                         PointStanding::Dominated, PointStanding::OnFrontier}) {
        std::vector<size_t>& points = groups[size_t(standing)];
        if (points.empty()) continue;
        std::stable_sort(points.begin(), points.end(), [&](size_t a, size_t b) {
            return data_.points[a].x < data_.points[b].x;
        });
        for (const auto& [step, part] : byThird(points)) addMarks(part, style, standing, step);
    }
    drawn_.onFrontier += groups[0].size();
    drawn_.dominated += groups[1].size();
    drawn_.beyondNoise += groups[2].size();
}

// Points of one look each: by their step of the third metric, in the order of x.
std::map<int, std::vector<size_t>> FrontierChart::byThird(const std::vector<size_t>& points) const
{
    std::map<int, std::vector<size_t>> parts;
    for (const size_t i : points)
        parts[data_.zLook == ThirdLook::None ? -1 : data_.zStep(data_.points[i].z)].push_back(i);
    return parts;
}

double FrontierChart::thirdScale(int step)
{
    return step < 0 ? 0.6 : 0.7 + 0.35 * step;
}

QCPGraph* FrontierChart::addMarks(const std::vector<size_t>& points, const SeriesStyle& style,
                                  PointStanding standing, int thirdStep)
{
    const StandingLook look = lookOf(standing);
    const bool colored = data_.zLook == ThirdLook::Color, sized = data_.zLook == ThirdLook::Size;
    const QColor plain = !colored        ? style_.seriesColor(style)
                         : thirdStep < 0 ? style_.muted
                                         : style_.ramp[size_t(thirdStep)];
    const QColor color = withAlpha(plain, look.alpha);
    QCPGraph* graph = plot_.addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    const bool strong = standing == PointStanding::OnFrontier;
    // A rim in the background's colour keeps marks that touch apart.
    const QPen rim = strong ? QPen(style_.background, 1) : QPen(Qt::NoPen);
    graph->setPen(Qt::NoPen);
    const double size = style_.markSize * (sized ? thirdScale(thirdStep) : look.scale);
    const QCPScatterStyle mark(markPath(style.shape), rim, color, size);
    const bool crowd = style_.interactive && !strong && points.size() > crowdSize;
    graph->setScatterStyle(crowd && plot_.bufferDevicePixelRatio() == 1 ? stamped(mark) : mark);
    QVector<double> x, y;
    for (const size_t i : points) {
        x.push_back(data_.points[i].x / xDivisor_);
        y.push_back(data_.points[i].y / yDivisor_);
    }
    graph->setData(x, y, true);
    const size_t most = strong ? points.size()
                        : standing == PointStanding::Dominated ? mostDominatedBars
                                                               : mostNoiseBars;
    if (points.size() <= most)
        addErrorBars(*graph, points, withAlpha(color, strong ? 200 : look.alpha * 3 / 4));
    return graph;
}

void FrontierChart::addErrorBars(QCPGraph& graph, const std::vector<size_t>& points, QColor color)
{
    for (const bool horizontal : {true, false}) {
        QVector<double> minus, plus;
        bool any = false;
        for (const size_t i : points) {
            const FrontierChartPoint& p = data_.points[i];
            const double divisor = horizontal ? xDivisor_ : yDivisor_;
            minus.push_back(horizontal ? (p.x - p.xLow) / divisor : (p.y - p.yLow) / divisor);
            plus.push_back(horizontal ? (p.xHigh - p.x) / divisor : (p.yHigh - p.y) / divisor);
            any = any || minus.back() > 0 || plus.back() > 0;
        }
        if (!any) continue;
        auto* bars = new QCPErrorBars(plot_.xAxis, plot_.yAxis);
        bars->setErrorType(horizontal ? QCPErrorBars::etKeyError : QCPErrorBars::etValueError);
        bars->setDataPlottable(&graph);
        bars->setData(minus, plus);
        bars->setPen(QPen(color, 1));
        bars->setWhiskerWidth(style_.markSize * 0.6);
        bars->setSymbolGap(style_.markSize * 0.9);
        drawn_.errorBars += points.size();
    }
}

void FrontierChart::buildBaselines()
{
    QVector<double> x, y;
    std::vector<size_t> points;
    for (size_t i = 0; i < data_.points.size(); ++i)
        if (data_.points[i].baseline && data_.visible(data_.points[i])) points.push_back(i);
    if (points.empty()) return;
    std::stable_sort(points.begin(), points.end(), [&](size_t a, size_t b) {
        return data_.points[a].x < data_.points[b].x;
    });
    const bool severalPlaces = std::any_of(points.begin(), points.end(), [&](size_t i) {
        const FrontierChartPoint &a = data_.points[i], &b = data_.points[points.front()];
        return a.x != b.x || a.y != b.y;
    });
    for (const size_t i : points) {
        x.push_back(data_.points[i].x / xDivisor_);
        y.push_back(data_.points[i].y / yDivisor_);
        // Experiments on one model have their baselines in one place: one label then.
        const qsizetype last = x.size() - 1;
        if (last > 0 && x[last] == x[last - 1] && y[last] == y[last - 1]) continue;
        auto* label = new QCPItemText(&plot_);
        label->position->setCoords(x.back(), y.back());
        // Beside its interval, on the side where the chart has room.
        const QCPRange xs = rangeOf(true);
        const bool onTheRight = x.back() > (data_.x.log ? std::sqrt(xs.lower * xs.upper) : xs.center());
        label->setPositionAlignment((onTheRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignBottom);
        const int aside = int(style_.markSize) * 3 / 4;
        label->setPadding(QMargins(aside, 0, aside, aside));
        const QString experiment = toQt(data_.experiments[size_t(data_.points[i].experiment)]);
        label->setText(severalPlaces ? tr("baseline of %1").arg(experiment) : tr("baseline"));
        label->setFont(smaller(style_.font));
        label->setColor(style_.text);
    }
    QCPGraph* graph = plot_.addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setName(tr("baseline"));
    graph->setScatterStyle(QCPScatterStyle(starPath(), QPen(style_.background, 1),
                                           QBrush(style_.text), style_.markSize * 1.4));
    graph->setData(x, y, true);
    addErrorBars(*graph, points, withAlpha(style_.text, 200));
    drawn_.baselines = points.size();
}

void FrontierChart::buildLines()
{
    const QCPRange xs = rangeOf(true), ys = rangeOf(false);
    const FrontierDirections directions{data_.x.metric.higherIsBetter,
                                        data_.y.metric.higherIsBetter};
    static const std::array<Qt::PenStyle, 3> patterns{Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    for (size_t i = 0; i < data_.lines.size(); ++i) {
        std::vector<ChartCorner> points;
        for (const size_t p : data_.lines[i].points)
            points.push_back({data_.points[p].x / xDivisor_, data_.points[p].y / yDivisor_});
        auto* curve = new QCPCurve(plot_.xAxis, plot_.yAxis);
        QVector<double> x, y;
        for (const ChartCorner& corner : frontierCorners(
                 points, directions, directions.xHigherIsBetter ? xs.lower : xs.upper,
                 directions.yHigherIsBetter ? ys.lower : ys.upper)) {
            x.push_back(corner.x);
            y.push_back(corner.y);
        }
        curve->setData(x, y);
        const bool several = data_.lines.size() > 1;
        QColor color = several ? style_.series[(i * 3) % style_.series.size()] : style_.text;
        for (const ChartSeries& series : data_.series)
            if (several && series.name == data_.lines[i].name) color = style_.seriesColor(series.style);
        QPen pen(withAlpha(color, 190), 1.4, patterns[i % patterns.size()]);
        pen.setCapStyle(Qt::FlatCap);
        curve->setPen(pen);
        curve->setName(several ? toQt(data_.lines[i].name) : tr("frontier"));
        ++drawn_.lines;
    }
}

} // namespace paretoscope
