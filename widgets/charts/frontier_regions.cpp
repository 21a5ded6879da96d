// What lies behind the points of FrontierChart: limits that were set, lines of equal cost.
#include "widgets/charts/frontier_chart.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"

#include "widgets/charts/custom_plot.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

QString tr(const char* source)
{
    return QCoreApplication::translate("FrontierChart", source);
}

QFont smaller(QFont font)
{
    if (font.pointSizeF() > 0) font.setPointSizeF(font.pointSizeF() * 0.9);
    return font;
}

// One coordinate of a position in the axis' numbers, the other as a share of the chart.
void place(QCPItemPosition& position, bool horizontal, double value, double share)
{
    position.setTypeX(horizontal ? QCPItemPosition::ptPlotCoords : QCPItemPosition::ptAxisRectRatio);
    position.setTypeY(horizontal ? QCPItemPosition::ptAxisRectRatio : QCPItemPosition::ptPlotCoords);
    position.setCoords(horizontal ? value : share, horizontal ? share : value);
}

} // namespace

// Beyond a limit the chart is shaded: what lies there will not do.
void FrontierChart::buildLimits()
{
    for (const bool horizontal : {true, false}) {
        const ChartAxis& axis = horizontal ? data_.x : data_.y;
        if (!axis.limit || (axis.log && !(*axis.limit > 0))) continue;
        const double limit = *axis.limit / (horizontal ? xDivisor_ : yDivisor_);
        const bool higher = axis.metric.higherIsBetter;
        auto* shade = new QCPItemRect(&plot_);
        shade->setPen(Qt::NoPen);
        QColor color = style_.muted;
        color.setAlpha(38);
        shade->setBrush(color);
        // From the limit to the border on the worse side: right or top unless higher is better.
        const double border = horizontal ? (higher ? 0 : 1) : (higher ? 1 : 0);
        place(*shade->topLeft, horizontal, limit, 0);
        shade->bottomRight->setType(QCPItemPosition::ptAxisRectRatio);
        shade->bottomRight->setCoords(horizontal ? border : 1, horizontal ? 1 : border);
        auto* edge = new QCPItemLine(&plot_);
        edge->setPen(QPen(style_.muted, 1.2, Qt::SolidLine));
        place(*edge->start, horizontal, limit, 0);
        place(*edge->end, horizontal, limit, 1);
        auto* label = new QCPItemText(&plot_);
        label->setText((higher ? u"≥ "_s : u"≤ "_s) + formatMetric(axis.metric, *axis.limit));
        label->setFont(smaller(style_.font));
        label->setColor(style_.muted);
        label->setPadding(QMargins(4, 2, 4, 2));
        place(*label->position, horizontal, limit, horizontal ? 0.99 : 0.995);
        // On the side that will do.
        if (horizontal)
            label->setPositionAlignment((higher ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignBottom);
        else
            label->setPositionAlignment(Qt::AlignRight | (higher ? Qt::AlignBottom : Qt::AlignTop));
        ++drawn_.limits;
    }
}

// Bytes times loss, bytes for a right answer: smaller is better whatever the directions are.
double FrontierChart::costOf(double x, double y) const
{
    return (data_.x.metric.higherIsBetter ? 1 / x : x) * (data_.y.metric.higherIsBetter ? 1 / y : y);
}

void FrontierChart::buildIsoLines()
{
    if (!data_.isoLines || data_.empty()) return;
    const auto positive = [&](const FrontierChartPoint& p) { return p.x > 0 && p.y > 0 && data_.visible(p); };
    auto reference = std::find_if(data_.points.begin(), data_.points.end(),
                                  [&](const FrontierChartPoint& p) { return p.baseline && positive(p); });
    if (reference == data_.points.end()) reference = std::find_if(data_.points.begin(), data_.points.end(), positive);
    if (reference == data_.points.end()) return;
    const double unit = costOf(reference->x, reference->y);
    static const std::array<std::pair<double, const char*>, 6> shares{
        {{2, "×2"}, {1, "×1"}, {0.5, "×½"}, {0.25, "×¼"}, {0.125, "×⅛"}, {0.0625, "×1/16"}}};
    const QCPRange xs = rangeOf(true), ys = rangeOf(false);
    for (const auto& [share, name] : shares) {
        QVector<double> x, y;
        constexpr int steps = 96;
        for (int i = 0; i <= steps; ++i) {
            const double along = double(i) / steps;
            const bool logarithmic = xs.lower > 0;
            const double across = logarithmic ? xs.lower * std::pow(xs.upper / xs.lower, along)
                                              : xs.lower + along * (xs.upper - xs.lower);
            if (!(across > 0)) continue;
            const double costX = data_.x.metric.higherIsBetter ? 1 / (across * xDivisor_) : across * xDivisor_;
            const double costY = share * unit / costX;
            const double up = (data_.y.metric.higherIsBetter ? 1 / costY : costY) / yDivisor_;
            if (up < ys.lower || up > ys.upper) continue;
            x.push_back(across);
            y.push_back(up);
        }
        if (x.size() < 2) continue;
        auto* curve = new QCPCurve(plot_.xAxis, plot_.yAxis);
        curve->setData(x, y);
        QPen pen(style_.muted, 1, Qt::DotLine);
        curve->setPen(pen);
        const bool quotient = data_.x.metric.higherIsBetter != data_.y.metric.higherIsBetter;
        curve->setName((quotient ? tr("equal %1 / %2") : tr("equal %1 × %2"))
                           .arg(toQt(data_.x.metric.title).toLower(), toQt(data_.y.metric.title).toLower()));
        auto* label = new QCPItemText(&plot_);
        label->position->setCoords(x.back(), y.back());
        label->setText(QString::fromUtf8(name));
        label->setFont(smaller(style_.font));
        label->setColor(style_.muted);
        label->setPadding(QMargins(3, 1, 3, 1));
        label->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
        ++drawn_.isoLines;
    }
}

} // namespace paretoscope
