// Mouse and keyboard of ParallelView.
#include "widgets/charts/parallel_view.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {
constexpr double hoverReach = 6; // pixels
constexpr double clickReach = 4;
constexpr double rangeStep = 0.05; // of an axis, a key press
} // namespace

int ParallelView::axisNear(double x) const
{
    if (data_.dimensions.empty()) return -1;
    const Layout layout = layoutFor(rect(), font());
    const int axis = layout.step > 0 ? int(std::lround((x - layout.lines.left()) / layout.step)) : 0;
    return std::clamp(axis, 0, int(data_.dimensions.size()) - 1);
}

int64_t ParallelView::runNear(const QPointF& position) const
{
    const Layout layout = layoutFor(rect(), font());
    const double along = (position.x() - layout.lines.left()) / layout.step;
    if (data_.dimensions.size() < 2 || along < 0 || along > double(data_.dimensions.size() - 1)) return 0;
    const size_t left = std::min(size_t(along), data_.dimensions.size() - 2);
    const double share = along - double(left);
    int64_t best = 0;
    double nearest = hoverReach;
    for (const RunVector& run : data_.runs) {
        const double a = pointOf(layout, left, data_.dimensions[left].placeOf(run.values[left])).y();
        const double b = pointOf(layout, left + 1, data_.dimensions[left + 1].placeOf(run.values[left + 1])).y();
        const double away = std::abs(a + share * (b - a) - position.y());
        if (away < nearest) { // false for gaps
            nearest = away;
            best = run.run;
        }
    }
    return best;
}

void ParallelView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return;
    pressedAt_ = event->position();
    dragged_ = current_ = axisNear(pressedAt_.x());
    draggingTitle_ = pressedAt_.y() < layoutFor(rect(), font()).lines.top() - clickReach;
    dirty();
}

void ParallelView::mouseMoveEvent(QMouseEvent* event)
{
    if (dragged_ < 0) {
        const int64_t run = runNear(event->position());
        if (run == hovered_) return;
        hovered_ = run;
        update();
        Q_EMIT runHovered(run, event->position().toPoint());
        return;
    }
    if ((event->position() - pressedAt_).manhattanLength() <= clickReach) return;
    if (draggingTitle_) {
        const int target = axisNear(event->position().x());
        if (target != dragged_) moveAxis(dragged_, target);
        dragged_ = target;
        return;
    }
    const QRectF lines = layoutFor(rect(), font()).lines;
    const auto placeAt = [&](double y) { return std::clamp((lines.bottom() - y) / lines.height(), 0.0, 1.0); };
    const double from = placeAt(pressedAt_.y()), to = placeAt(event->position().y());
    setRange(data_.dimensions[size_t(dragged_)].metric.name, Range{std::min(from, to), std::max(from, to)});
}

void ParallelView::mouseReleaseEvent(QMouseEvent* event)
{
    const bool clicked = (event->position() - pressedAt_).manhattanLength() <= clickReach;
    if (dragged_ >= 0 && clicked && !draggingTitle_)
        setRange(data_.dimensions[size_t(dragged_)].metric.name, std::nullopt);
    dragged_ = -1;
    draggingTitle_ = false;
}

void ParallelView::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    hovered_ = 0;
    update();
    Q_EMIT runHovered(0, {});
}

void ParallelView::moveAxis(int from, int to)
{
    const int last = int(data_.dimensions.size()) - 1;
    to = std::clamp(to, 0, last);
    if (from < 0 || from > last || from == to) return;
    const auto shift = [from, to](auto& list) {
        auto moved = std::move(list[size_t(from)]);
        list.erase(list.begin() + from);
        list.insert(list.begin() + to, std::move(moved));
    };
    shift(data_.dimensions);
    for (RunVector& run : data_.runs)
        shift(run.values);
    current_ = to;
    dirty();
    Q_EMIT reordered(order());
}

void ParallelView::nudgeRange(int steps)
{
    if (current_ < 0) return;
    const std::string& name = data_.dimensions[size_t(current_)].metric.name;
    const auto known = ranges_.find(name);
    Range range = known == ranges_.end() ? Range{} : known->second;
    range.low = std::clamp(range.low + steps * rangeStep, 0.0, range.high);
    const bool whole = range.low < rangeStep / 2 && range.high > 1 - rangeStep / 2;
    setRange(name, whole ? std::nullopt : std::optional(range));
}

void ParallelView::keyPressEvent(QKeyEvent* event)
{
    const int last = int(data_.dimensions.size()) - 1;
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const int step = event->key() == Qt::Key_Left ? -1 : 1;
        if (shift && current_ >= 0)
            moveAxis(current_, current_ + step);
        else
            current_ = std::clamp(current_ + step, 0, std::max(last, 0));
        if (last < 0) current_ = -1;
        dirty();
        return;
    }
    case Qt::Key_Up:
        nudgeRange(1);
        return;
    case Qt::Key_Down:
        nudgeRange(-1);
        return;
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        if (current_ >= 0) setRange(data_.dimensions[size_t(current_)].metric.name, std::nullopt);
        return;
    case Qt::Key_Escape:
        clearRanges();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void ParallelView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    if (current_ < 0 && !data_.dimensions.empty()) current_ = 0;
    dirty();
}

void ParallelView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    dirty();
}

} // namespace paretoscope
