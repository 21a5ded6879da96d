// Mouse and keyboard of ChartView.
#include "widgets/charts/chart_view.h"

#include "widgets/charts/frontier_chart.h"
#include "widgets/charts/hover_card.h"

#include "widgets/charts/custom_plot.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>

namespace paretoscope {

namespace {
constexpr double hoverReach = 12; // pixels
}

bool ChartView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::MouseButtonPress: return press(*static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonRelease: return release(*static_cast<QMouseEvent*>(event));
    case QEvent::MouseMove: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (boxPurpose_ != BoxPurpose::None) {
            band_->setGeometry(QRect(pressedAt_, mouse->pos()).normalized());
            return true;
        }
        if (mouse->buttons() == Qt::NoButton) hoverAt(mouse->pos());
        else card_->hide(), followsData_ = false;
        return false;
    }
    case QEvent::MouseButtonDblClick: {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (const auto point = chart_->pointAt(mouse->position(), hoverReach))
            Q_EMIT runActivated(chart_->data().points[*point].run);
        else showAll();
        return true;
    }
    case QEvent::Wheel: followsData_ = false; return false;
    case QEvent::Leave: showCurrent(std::nullopt, false); return false;
    default: return QWidget::eventFilter(watched, event);
    }
}

bool ChartView::press(QMouseEvent& event)
{
    setFocus(Qt::MouseFocusReason);
    if (event.button() != Qt::LeftButton) return false;
    pressedAt_ = event.pos();
    if (event.modifiers() & Qt::ShiftModifier) boxPurpose_ = BoxPurpose::Zoom;
    else if (event.modifiers() & Qt::ControlModifier) boxPurpose_ = BoxPurpose::Select;
    if (boxPurpose_ == BoxPurpose::None) return false;
    band_->setGeometry(QRect(pressedAt_, QSize()));
    band_->show();
    return true;
}

bool ChartView::release(QMouseEvent& event)
{
    const bool moved = (event.pos() - pressedAt_).manhattanLength() > 4;
    const bool boxed = boxPurpose_ != BoxPurpose::None;
    if (boxed && moved) {
        band_->setGeometry(QRect(pressedAt_, event.pos()).normalized());
        finishBox();
    }
    const bool adding = boxPurpose_ == BoxPurpose::Select;
    boxPurpose_ = BoxPurpose::None;
    band_->hide();
    if (!moved && event.button() == Qt::LeftButton) {
        if (const auto point = chart_->pointAt(event.position(), hoverReach)) {
            select(*point, adding);
        } else if (!adding && !selected_.empty()) {
            selected_.clear();
            chart_->setSelected(selected_);
            Q_EMIT selectionChanged({});
        }
    }
    return boxed;
}

void ChartView::finishBox()
{
    if (boxPurpose_ == BoxPurpose::Zoom) {
        zoomInto(band_->geometry());
        return;
    }
    for (const size_t point : chart_->pointsIn(QRectF(band_->geometry())))
        selected_.insert(chart_->data().points[point].run);
    chart_->setSelected(selected_);
    Q_EMIT selectionChanged(selectedRuns());
}

void ChartView::hoverAt(const QPoint& position)
{
    showCurrent(chart_->pointAt(position, hoverReach), true);
}

void ChartView::showCurrent(std::optional<size_t> point, bool withCard)
{
    const bool same = point == current_ && (card_->isVisible() || !point);
    if (same) return;
    current_ = point;
    chart_->setCurrent(point);
    if (!point || !withCard || !describe_) {
        card_->hide();
        return;
    }
    const QString text = describe_(chart_->data().points[*point].run);
    const QPoint place = plot_->mapTo(this, chart_->pixelOf(*point).toPoint());
    if (text.isEmpty()) card_->hide();
    else card_->showAt(place, text);
}

void ChartView::travel(bool alongX, int step, bool frontierOnly)
{
    const std::vector<FrontierChartPoint>& points = chart_->data().points;
    std::vector<size_t> order;
    for (size_t i = 0; i < points.size(); ++i)
        if (chart_->data().visible(points[i])
            && (!frontierOnly || points[i].standing == PointStanding::OnFrontier))
            order.push_back(i);
    if (order.empty()) return;
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return alongX ? points[a].x < points[b].x : points[a].y < points[b].y;
    });
    const auto place = current_ ? std::find(order.begin(), order.end(), *current_) : order.end();
    ptrdiff_t next = step > 0 ? 0 : ptrdiff_t(order.size()) - 1;
    if (place != order.end()) {
        const auto count = ptrdiff_t(order.size());
        next = (place - order.begin() + step + count) % count;
    }
    showCurrent(order[size_t(next)], true);
}

void ChartView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left: travel(true, -1, false); return;
    case Qt::Key_Right: travel(true, 1, false); return;
    case Qt::Key_Down: travel(false, -1, false); return;
    case Qt::Key_Up: travel(false, 1, false); return;
    case Qt::Key_F: travel(true, event->modifiers() & Qt::ShiftModifier ? -1 : 1, true); return;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomIn(); return;
    case Qt::Key_Minus: zoomOut(); return;
    case Qt::Key_0:
    case Qt::Key_Home: showAll(); return;
    case Qt::Key_Space:
        if (current_) select(*current_, event->modifiers() & Qt::ControlModifier);
        return;
    case Qt::Key_A:
    case Qt::Key_B:
        if (current_) Q_EMIT pinRequested(chart_->data().points[*current_].run, event->key() == Qt::Key_B);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current_) Q_EMIT runActivated(chart_->data().points[*current_].run);
        return;
    case Qt::Key_Escape:
        showCurrent(std::nullopt, false);
        selected_.clear();
        chart_->setSelected(selected_);
        Q_EMIT selectionChanged({});
        return;
    default: QWidget::keyPressEvent(event);
    }
}

} // namespace paretoscope
