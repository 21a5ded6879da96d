// Mouse and keyboard of ScatterMatrixView.
#include "widgets/charts/scatter_matrix_view.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>

namespace paretoscope {

namespace {
constexpr double reach = 8; // pixels
}

int64_t ScatterMatrixView::runNear(Cell cell, const QPointF& position) const
{
    if (cell.row <= cell.column) return 0;
    int64_t best = 0;
    double nearest = reach * reach;
    for (size_t i = 0; i < data_.runs.size(); ++i) {
        const QPointF away = pixelOf(cell, i) - position;
        const double distance = QPointF::dotProduct(away, away);
        if (distance < nearest) { // false where a value is missing
            nearest = distance;
            best = data_.runs[i].run;
        }
    }
    return best;
}

void ScatterMatrixView::emitSelection()
{
    QList<qint64> runs;
    for (const RunVector& run : data_.runs)
        if (selected_.contains(run.run)) runs << run.run;
    dirty();
    Q_EMIT selectionChanged(runs);
}

void ScatterMatrixView::selectBox(Cell cell, const QRectF& box, bool add)
{
    if (!add) selected_.clear();
    for (size_t i = 0; i < data_.runs.size(); ++i)
        if (box.contains(pixelOf(cell, i))) selected_.insert(data_.runs[i].run);
    emitSelection();
}

void ScatterMatrixView::choose(Cell cell)
{
    const int count = int(data_.dimensions.size());
    if (cell.row >= count || cell.column >= count || cell.row == cell.column) return;
    Q_EMIT axesChosen(data_.dimensions[size_t(cell.column)].metric.name,
                      data_.dimensions[size_t(cell.row)].metric.name);
}

void ScatterMatrixView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) return;
    pressedAt_ = event->pos();
    pressedCell_ = cellAt(event->position());
    if (!pressedCell_) return;
    if (pressedCell_->row > pressedCell_->column) current_ = *pressedCell_;
    announce();
    update();
}

void ScatterMatrixView::mouseMoveEvent(QMouseEvent* event)
{
    if (pressedCell_ && pressedCell_->row > pressedCell_->column && (event->buttons() & Qt::LeftButton)) {
        const QRect inside = cellRect(*pressedCell_).toAlignedRect();
        band_->setGeometry(QRect(pressedAt_, event->pos()).normalized() & inside);
        band_->show();
        return;
    }
    const std::optional<Cell> cell = cellAt(event->position());
    const int64_t run = cell ? runNear(*cell, event->position()) : 0;
    if (run == hovered_) return;
    hovered_ = run;
    Q_EMIT runHovered(run, event->pos());
}

void ScatterMatrixView::mouseReleaseEvent(QMouseEvent* event)
{
    const std::optional<Cell> cell = std::exchange(pressedCell_, std::nullopt);
    const bool boxed = band_->isVisible();
    band_->hide();
    if (event->button() != Qt::LeftButton || !cell || cell->row <= cell->column) return;
    const bool add = event->modifiers() & Qt::ControlModifier;
    if (boxed && (event->pos() - pressedAt_).manhattanLength() > 4) {
        selectBox(*cell, QRectF(band_->geometry()), add);
        return;
    }
    const int64_t run = runNear(*cell, event->position());
    const bool was = selected_.contains(run);
    if (!add) selected_.clear();
    if (run != 0 && add && was)
        selected_.erase(run);
    else if (run != 0)
        selected_.insert(run);
    emitSelection();
}

void ScatterMatrixView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const std::optional<Cell> cell = cellAt(event->position())) choose(*cell);
}

void ScatterMatrixView::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    hovered_ = 0;
    Q_EMIT runHovered(0, {});
}

void ScatterMatrixView::keyPressEvent(QKeyEvent* event)
{
    const int last = int(data_.dimensions.size()) - 1;
    const auto go = [&](int down, int right) {
        const Cell next{std::clamp(current_.row + down, 1, std::max(1, last)), std::max(0, current_.column + right)};
        if (next.column < next.row) current_ = next;
        announce();
        update();
    };
    switch (event->key()) {
    case Qt::Key_Up:
        go(-1, 0);
        return;
    case Qt::Key_Down:
        go(1, 0);
        return;
    case Qt::Key_Left:
        go(0, -1);
        return;
    case Qt::Key_Right:
        go(0, 1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose(current_);
        return;
    case Qt::Key_Escape:
        selected_.clear();
        emitSelection();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void ScatterMatrixView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void ScatterMatrixView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace paretoscope
