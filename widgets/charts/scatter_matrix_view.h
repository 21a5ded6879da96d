// Every metric against every other: small scatter charts below the diagonal, rank correlations above it.
//
//   click, Ctrl+click   selects a run, adds            drag       selects a box, with Ctrl adds
//   arrows              go from chart to chart         Enter      opens the chart as the frontier
//   Esc                 lets go of the selection
#pragma once

#include "widgets/charts/dimensions_view.h"

#include <QRubberBand>

#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

class ScatterMatrixView : public DimensionsView {
    Q_OBJECT
public:
    explicit ScatterMatrixView(QWidget* parent = nullptr);

    void setData(RunDimensions data);

    struct Cell {
        int row = 0, column = 0; // y is the row's metric, x the column's; row > column has points
        bool operator==(const Cell&) const = default;
    };
    std::optional<Cell> cellAt(const QPointF& position) const;
    QRectF cellRect(Cell cell) const;
    QPointF pixelOf(Cell cell, size_t run) const; // of a run in a chart below the diagonal

    void paintChart(QPainter& painter, const QRect& area, const ChartStyle& style) const override;

Q_SIGNALS:
    void selectionChanged(const QList<qint64>& runs);
    void axesChosen(const std::string& x, const std::string& y);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QRectF cellRectIn(const QRect& area, Cell cell) const;
    QPointF placeIn(const QRectF& cell, double x, double y) const;
    void paintPoints(QPainter& painter, const QRect& area, Cell cell, const ChartStyle& style) const;
    void paintTitle(QPainter& painter, const QRect& area, int index, const ChartStyle& style) const;
    void paintCorrelation(QPainter& painter, const QRect& area, Cell cell, const ChartStyle& style) const;
    int64_t runNear(Cell cell, const QPointF& position) const;
    void selectBox(Cell cell, const QRectF& box, bool add);
    void choose(Cell cell);
    void emitSelection();
    void announce();

    std::vector<std::vector<double>> correlations_;
    Cell current_{1, 0};
    std::optional<Cell> pressedCell_;
    QPoint pressedAt_;
    QRubberBand* band_;
};

} // namespace paretoscope
