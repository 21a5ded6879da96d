#include "widgets/charts/scatter_matrix_view.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

constexpr double gap = 4; // pixels between charts

} // namespace

ScatterMatrixView::ScatterMatrixView(QWidget* parent)
    : DimensionsView(tr("Scatter matrix"), parent)
    , band_(new QRubberBand(QRubberBand::Rectangle, this))
{
}

void ScatterMatrixView::setData(RunDimensions data)
{
    data_ = std::move(data);
    const size_t count = data_.dimensions.size();
    correlations_.assign(count, std::vector<double>(count, 1));
    for (size_t a = 0; a < count; ++a)
        for (size_t b = 0; b < a; ++b)
            correlations_[a][b] = correlations_[b][a] = rankCorrelation(data_, a, b);
    if (current_.row >= int(count)) current_ = {1, 0};
    hovered_ = 0;
    announce();
    dirty();
}

void ScatterMatrixView::announce()
{
    QString text = tr("%1 runs, %2 metrics").arg(data_.runs.size()).arg(data_.dimensions.size());
    if (current_.row < int(data_.dimensions.size()))
        text += tr("; at %1 against %2, rank correlation %3")
                    .arg(toQt(data_.dimensions[size_t(current_.row)].metric.title),
                         toQt(data_.dimensions[size_t(current_.column)].metric.title),
                         formatNumber(correlations_[size_t(current_.row)][size_t(current_.column)], 2));
    setAccessibleDescription(text);
}

QRectF ScatterMatrixView::cellRectIn(const QRect& area, Cell cell) const
{
    const double count = double(std::max<size_t>(data_.dimensions.size(), 1));
    const double wide = (area.width() - 2 * gap) / count, high = (area.height() - 2 * gap) / count;
    return QRectF(area.left() + gap + cell.column * wide, area.top() + gap + cell.row * high, wide, high)
        .adjusted(gap / 2, gap / 2, -gap / 2, -gap / 2);
}

QRectF ScatterMatrixView::cellRect(Cell cell) const
{
    return cellRectIn(rect(), cell);
}

std::optional<ScatterMatrixView::Cell> ScatterMatrixView::cellAt(const QPointF& position) const
{
    for (int row = 0; row < int(data_.dimensions.size()); ++row)
        for (int column = 0; column < int(data_.dimensions.size()); ++column)
            if (cellRect({row, column}).contains(position)) return Cell{row, column};
    return std::nullopt;
}

// Values as they are: larger to the right and up, as in the frontier chart.
QPointF ScatterMatrixView::placeIn(const QRectF& cell, double x, double y) const
{
    const double margin = 0.08;
    return {cell.left() + cell.width() * (margin + (1 - 2 * margin) * x),
            cell.bottom() - cell.height() * (margin + (1 - 2 * margin) * y)};
}

namespace {

double shareOf(const RunDimension& dimension, double value)
{
    const double place = dimension.placeOf(value);
    return dimension.metric.higherIsBetter ? place : 1 - place;
}

} // namespace

QPointF ScatterMatrixView::pixelOf(Cell cell, size_t run) const
{
    const RunVector& vector = data_.runs[run];
    const size_t row = size_t(cell.row), column = size_t(cell.column);
    return placeIn(cellRect(cell), shareOf(data_.dimensions[column], vector.values[column]),
                   shareOf(data_.dimensions[row], vector.values[row]));
}

void ScatterMatrixView::paintPoints(QPainter& painter, const QRect& area, Cell cell, const ChartStyle& style) const
{
    const QRectF box = cellRectIn(area, cell);
    painter.setPen(QPen(style.grid, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box);
    const RunDimension &across = data_.dimensions[size_t(cell.column)], &up = data_.dimensions[size_t(cell.row)];
    const double size = std::clamp(std::min(box.width(), box.height()) / 16, 4.5, 8.0);
    const auto draw = [&](const RunVector& run, int alpha) {
        const QPointF place =
            placeIn(box, shareOf(across, run.values[size_t(cell.column)]), shareOf(up, run.values[size_t(cell.row)]));
        if (!std::isfinite(place.x()) || !std::isfinite(place.y())) return;
        const SeriesStyle& look = data_.series[size_t(run.series)].style;
        painter.save();
        painter.translate(place);
        painter.scale(size / 6, size / 6); // marks are six units wide
        painter.setPen(Qt::NoPen);
        painter.setBrush(withAlpha(run.baseline ? style.text : style.seriesColor(look), alpha));
        painter.drawPath(run.baseline ? starPath() : markPath(look.shape));
        painter.restore();
    };
    const bool picked = !selected_.empty();
    for (const RunVector& run : data_.runs)
        if (!picked || !selected_.contains(run.run)) draw(run, picked ? 45 : 190);
    if (picked)
        for (const RunVector& run : data_.runs)
            if (selected_.contains(run.run)) draw(run, 255);
}

void ScatterMatrixView::paintTitle(QPainter& painter, const QRect& area, int index, const ChartStyle& style) const
{
    const RunDimension& dimension = data_.dimensions[size_t(index)];
    const QRectF box = cellRectIn(area, {index, index});
    painter.fillRect(box, withAlpha(style.grid, 90));
    painter.setPen(style.text);
    painter.setFont(style.font);
    const QFontMetrics metrics(style.font);
    const QString title = toQt(dimension.metric.title) + (dimension.log ? tr(" (log)") : QString());
    const QRectF words = box.adjusted(4, 2, -4, -metrics.height() - 2);
    painter.drawText(words, Qt::AlignCenter | Qt::TextWordWrap, title);
    painter.setPen(style.muted);
    const QString range = tr("%1 – %2").arg(formatMetric(dimension.metric, dimension.low),
                                            formatMetric(dimension.metric, dimension.high));
    const QRectF below(box.left(), box.bottom() - metrics.height() - 2, box.width(), metrics.height());
    painter.drawText(below, Qt::AlignCenter, metrics.elidedText(range, Qt::ElideMiddle, int(below.width())));
}

void ScatterMatrixView::paintCorrelation(QPainter& painter, const QRect& area, Cell cell, const ChartStyle& style) const
{
    const double r = correlations_[size_t(cell.row)][size_t(cell.column)];
    if (!std::isfinite(r)) return;
    QFont font = style.font;
    // The stronger, the larger: read at a glance, and never by colour alone.
    if (font.pointSizeF() > 0) font.setPointSizeF(font.pointSizeF() * (0.95 + 0.75 * std::abs(r)));
    font.setBold(std::abs(r) > 0.7);
    painter.setFont(font);
    painter.setPen(std::abs(r) > 0.4 ? style.text : style.muted);
    const QString text = (r < 0 ? QStringLiteral("−") : QString()) + QLocale().toString(std::abs(r), 'f', 2);
    painter.drawText(cellRectIn(area, cell), Qt::AlignCenter, text);
}

void ScatterMatrixView::paintChart(QPainter& painter, const QRect& area, const ChartStyle& style) const
{
    painter.fillRect(area, style.background);
    if (data_.empty()) return;
    painter.setRenderHint(QPainter::Antialiasing);
    for (int row = 0; row < int(data_.dimensions.size()); ++row)
        for (int column = 0; column < int(data_.dimensions.size()); ++column) {
            if (row == column)
                paintTitle(painter, area, row, style);
            else if (row > column)
                paintPoints(painter, area, {row, column}, style);
            else
                paintCorrelation(painter, area, {row, column}, style);
        }
}

void ScatterMatrixView::paintEvent(QPaintEvent*)
{
    const ChartStyle style = screenChartStyle(Theme::instance().colors(), font());
    QPainter painter(this);
    drawChart(painter, style);
    if (!hasFocus() || data_.empty()) return;
    painter.setPen(QPen(style.accent, 2));
    if (current_.row < int(data_.dimensions.size())) painter.drawRect(cellRect(current_).adjusted(1, 1, -1, -1));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

} // namespace paretoscope
