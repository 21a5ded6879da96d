#include "widgets/charts/parallel_view.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// Many lines hide each other: each is drawn the fainter.
int lineAlpha(size_t runs)
{
    return std::clamp(int(230 - 40 * std::log2(1.0 + double(runs) / 20)), 40, 230);
}

} // namespace

ParallelView::ParallelView(QWidget* parent)
    : DimensionsView(tr("Parallel coordinates"), parent)
{
}

void ParallelView::setData(RunDimensions data)
{
    data_ = std::move(data);
    if (!data_.dimensions.empty()) std::erase_if(ranges_, [&](const auto& range) {
        return std::none_of(data_.dimensions.begin(), data_.dimensions.end(),
                            [&](const RunDimension& d) { return d.metric.name == range.first; });
    });
    current_ = std::min(current_, int(data_.dimensions.size()) - 1);
    hovered_ = 0;
    announce();
    dirty();
}

std::vector<std::string> ParallelView::order() const
{
    std::vector<std::string> names;
    for (const RunDimension& dimension : data_.dimensions)
        names.push_back(dimension.metric.name);
    return names;
}

std::vector<int64_t> ParallelView::keptRuns() const
{
    std::vector<int64_t> kept;
    for (const RunVector& run : data_.runs) {
        bool inside = true;
        for (size_t i = 0; i < data_.dimensions.size(); ++i) {
            const auto range = ranges_.find(data_.dimensions[i].metric.name);
            if (range == ranges_.end()) continue;
            constexpr double slack = 1e-9;
            const double place = data_.dimensions[i].placeOf(run.values[i]);
            inside = inside && place >= range->second.low - slack && place <= range->second.high + slack;
        }
        if (inside) kept.push_back(run.run);
    }
    return kept;
}

void ParallelView::setRange(const std::string& metric, std::optional<Range> range)
{
    if (range)
        ranges_[metric] = *range;
    else
        ranges_.erase(metric);
    announce();
    dirty();
    QList<qint64> runs;
    if (brushing())
        for (const int64_t run : keptRuns())
            runs << run;
    Q_EMIT brushed(runs);
}

void ParallelView::setRanges(std::map<std::string, Range> ranges)
{
    ranges_ = std::move(ranges);
    announce();
    dirty();
}

void ParallelView::clearRanges()
{
    if (ranges_.empty()) return;
    ranges_.clear();
    announce();
    dirty();
    Q_EMIT brushed({});
}

void ParallelView::announce()
{
    QString text = tr("%1 runs on %2 axes").arg(data_.runs.size()).arg(data_.dimensions.size());
    for (const RunDimension& dimension : data_.dimensions) {
        const auto range = ranges_.find(dimension.metric.name);
        if (range == ranges_.end()) continue;
        text +=
            tr("; %1 from %2 to %3")
                .arg(toQt(dimension.metric.title), formatMetric(dimension.metric, dimension.valueAt(range->second.low)),
                     formatMetric(dimension.metric, dimension.valueAt(range->second.high)));
    }
    if (brushing()) text += tr("; %1 runs inside").arg(keptRuns().size());
    setAccessibleDescription(text);
}

ParallelView::Layout ParallelView::layoutFor(const QRect& area, const QFont& font) const
{
    const QFontMetrics metrics(font);
    const double count = double(std::max<size_t>(data_.dimensions.size(), 1));
    const double above = metrics.height() * 3.6, below = metrics.height() * 1.7;
    Layout layout;
    layout.step = area.width() / count;
    layout.lines = QRectF(area.left() + layout.step / 2, area.top() + above, area.width() - layout.step,
                          std::max(10.0, area.height() - above - below));
    return layout;
}

double ParallelView::axisX(const Layout& layout, size_t axis) const
{
    return layout.lines.left() + layout.step * double(axis);
}

QPointF ParallelView::pointOf(const Layout& layout, size_t axis, double place) const
{
    return {axisX(layout, axis), layout.lines.bottom() - place * layout.lines.height()};
}

void ParallelView::paintRun(QPainter& painter, const Layout& layout, const RunVector& run) const
{
    QPolygonF line;
    const auto flush = [&] {
        if (line.size() > 1)
            painter.drawPolyline(line);
        else if (line.size() == 1)
            painter.drawEllipse(line[0], 1.5, 1.5);
        line.clear();
    };
    for (size_t i = 0; i < data_.dimensions.size(); ++i) {
        const double place = data_.dimensions[i].placeOf(run.values[i]);
        if (std::isfinite(place))
            line << pointOf(layout, i, place);
        else
            flush(); // not measured: a gap
    }
    flush();
}

void ParallelView::paintRuns(QPainter& painter, const Layout& layout, const ChartStyle& style) const
{
    const std::vector<int64_t> keptList = keptRuns();
    const std::unordered_set<int64_t> kept(keptList.begin(), keptList.end());
    const bool picked = brushing() || !selected_.empty();
    const auto strong = [&](const RunVector& run) {
        return brushing() ? kept.contains(run.run) : selected_.contains(run.run);
    };
    const auto colorOf = [&](const RunVector& run) {
        return run.baseline ? style.text : style.seriesColor(data_.series[size_t(run.series)].style);
    };
    painter.setBrush(Qt::NoBrush);
    const int alpha = lineAlpha(data_.runs.size());
    for (const RunVector& run : data_.runs) {
        if (picked && strong(run)) continue;
        painter.setPen(QPen(withAlpha(colorOf(run), picked ? std::min(alpha, 45) : alpha), 1));
        paintRun(painter, layout, run);
    }
    if (!picked) return;
    for (const RunVector& run : data_.runs) {
        if (!strong(run)) continue;
        painter.setPen(QPen(colorOf(run), kept.size() > 400 && brushing() ? 1.0 : 2.0));
        paintRun(painter, layout, run);
    }
}

void ParallelView::paintAxes(QPainter& painter, const Layout& layout, const ChartStyle& style) const
{
    const QFontMetrics metrics(style.font);
    painter.setFont(style.font);
    for (size_t i = 0; i < data_.dimensions.size(); ++i) {
        const RunDimension& dimension = data_.dimensions[i];
        const double x = axisX(layout, i);
        const bool current = style.interactive && hasFocus() && int(i) == current_;
        painter.setPen(QPen(current ? style.accent : style.axis, current ? 2 : 1));
        painter.drawLine(QPointF(x, layout.lines.top()), QPointF(x, layout.lines.bottom()));
        const auto range = ranges_.find(dimension.metric.name);
        if (range != ranges_.end()) {
            const QRectF box(pointOf(layout, i, range->second.high) - QPointF(6, 0),
                             pointOf(layout, i, range->second.low) + QPointF(6, 0));
            painter.setBrush(withAlpha(style.accent, 60));
            painter.setPen(QPen(style.accent, 1.5));
            painter.drawRect(box.normalized());
        }
        const double wide = layout.step - metrics.averageCharWidth();
        const QRectF title(x - wide / 2, layout.lines.top() - metrics.height() * 3.4, wide, metrics.height() * 2.1);
        painter.setPen(current ? style.accent : style.text);
        const QString name = toQt(dimension.metric.title) + (dimension.log ? tr(" (log)") : QString());
        painter.drawText(title, Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap, name);
        painter.setPen(style.muted);
        const QRectF top(x - wide / 2, layout.lines.top() - metrics.height() * 1.2, wide, metrics.height() * 1.1);
        const QRectF bottom(x - wide / 2, layout.lines.bottom() + 3, wide, metrics.height() * 1.2);
        painter.drawText(top, Qt::AlignHCenter | Qt::AlignVCenter,
                         formatMetric(dimension.metric, dimension.valueAt(1)));
        painter.drawText(bottom, Qt::AlignHCenter | Qt::AlignVCenter,
                         formatMetric(dimension.metric, dimension.valueAt(0)));
    }
}

void ParallelView::paintChart(QPainter& painter, const QRect& area, const ChartStyle& style) const
{
    painter.fillRect(area, style.background);
    if (data_.empty()) return;
    painter.setRenderHint(QPainter::Antialiasing);
    const Layout layout = layoutFor(area, style.font);
    paintRuns(painter, layout, style);
    paintAxes(painter, layout, style);
}

void ParallelView::paintEvent(QPaintEvent*)
{
    const ChartStyle style = screenChartStyle(Theme::instance().colors(), font());
    QPainter painter(this);
    drawChart(painter, style);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const RunVector& run : data_.runs) {
        if (run.run != hovered_) continue;
        painter.setPen(QPen(style.text, 2));
        paintRun(painter, layoutFor(rect(), style.font), run);
    }
    if (!hasFocus()) return;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(style.accent, 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

} // namespace paretoscope
