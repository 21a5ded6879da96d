#include "widgets/charts/dimensions_view.h"

#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QPainter>

namespace paretoscope {

DimensionsView::DimensionsView(const QString& accessibleName, QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(accessibleName);
    connect(&Theme::instance(), &Theme::changed, this, &DimensionsView::dirty);
}

QSize DimensionsView::minimumSizeHint() const
{
    return {charactersWide(30), fontMetrics().height() * 9};
}

void DimensionsView::setSelectedRuns(const QList<qint64>& runs)
{
    selected_ = {runs.begin(), runs.end()};
    dirty();
}

void DimensionsView::dirty()
{
    cache_ = QPixmap();
    update();
}

void DimensionsView::drawChart(QPainter& painter, const ChartStyle& style)
{
    const double ratio = devicePixelRatioF();
    if (cache_.isNull() || cache_.size() != size() * ratio) {
        cache_ = QPixmap(size() * ratio);
        cache_.setDevicePixelRatio(ratio);
        QPainter onCache(&cache_);
        paintChart(onCache, rect(), style);
    }
    painter.drawPixmap(0, 0, cache_);
}

} // namespace paretoscope
