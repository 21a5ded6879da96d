#include "widgets/charts/series_legend.h"

#include "widgets/basics/text.h"
#include "widgets/charts/chart_style.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace paretoscope {

SeriesLegend::SeriesLegend(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void SeriesLegend::setSeries(std::vector<ChartSeries> series)
{
    series_ = std::move(series);
    QStringList names;
    for (const ChartSeries& one : series_)
        names << nameOf(one);
    setAccessibleName(tr("Legend: %1").arg(names.join(QStringLiteral(", "))));
    updateGeometry();
    update();
}

QString SeriesLegend::nameOf(const ChartSeries& series) const
{
    return toQt(series.name);
}

std::vector<QPoint> SeriesLegend::placesFor(int width) const
{
    const int line = fontMetrics().height() + spacing().tiny, mark = fontMetrics().height();
    std::vector<QPoint> places;
    QPoint place(spacing().medium, spacing().tiny);
    for (const ChartSeries& series : series_) {
        const int wide = mark + fontMetrics().horizontalAdvance(nameOf(series)) + spacing().large / 2;
        if (place.x() > spacing().medium && place.x() + wide > width) place = {spacing().medium, place.y() + line};
        places.push_back(place);
        place.rx() += wide;
    }
    places.emplace_back(0, series_.empty() ? 0 : place.y() + line);
    return places;
}

int SeriesLegend::heightForWidth(int width) const
{
    return placesFor(width).back().y();
}

QSize SeriesLegend::sizeHint() const
{
    return {charactersWide(20), heightForWidth(std::max(width(), charactersWide(20)))};
}

void SeriesLegend::paintEvent(QPaintEvent*)
{
    const ChartStyle style = screenChartStyle(Theme::instance().colors(), font());
    const std::vector<QPoint> places = placesFor(width());
    const int high = fontMetrics().height();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (size_t i = 0; i < series_.size(); ++i) {
        const bool baseline = series_[i].name == "baseline";
        painter.save();
        painter.translate(places[i].x() + high * 0.4, places[i].y() + high * 0.5);
        painter.scale(style.markSize / 6, style.markSize / 6); // marks are six units wide
        painter.setPen(Qt::NoPen);
        painter.setBrush(baseline ? style.text : style.seriesColor(series_[i].style));
        painter.drawPath(baseline ? starPath() : markPath(series_[i].style.shape));
        painter.restore();
        painter.setPen(style.muted);
        painter.drawText(places[i].x() + high, places[i].y() + fontMetrics().ascent(), nameOf(series_[i]));
    }
}

} // namespace paretoscope
