// Parallel coordinates: an axis a metric, better values on top, a line a run.
//
//   drag on an axis       keeps runs within a range; a click lets go
//   drag a title          moves the axis
//   ← →                   go from axis to axis, with Shift move the axis
//   ↑ ↓                   narrow or widen the axis' range from the worse end; Delete lets go
//   Esc                   lets go of everything
#pragma once

#include "widgets/charts/dimensions_view.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

class ParallelView : public DimensionsView {
    Q_OBJECT
public:
    explicit ParallelView(QWidget* parent = nullptr);

    // Ranges of metrics that stay are kept.
    void setData(RunDimensions data);

    // Places on the axis, 0 worst to 1 best, by metric.
    struct Range {
        double low = 0, high = 1;
    };
    void setRange(const std::string& metric, std::optional<Range> range); // emits `brushed`
    void clearRanges();
    const std::map<std::string, Range>& ranges() const { return ranges_; }
    void setRanges(std::map<std::string, Range> ranges); // does not emit; those of unknown metrics wait
    bool brushing() const { return !ranges_.empty(); }
    std::vector<int64_t> keptRuns() const; // inside every range; all without one
    std::vector<std::string> order() const;
    int currentAxis() const { return current_; }

    void paintChart(QPainter& painter, const QRect& area, const ChartStyle& style) const override;

Q_SIGNALS:
    void brushed(const QList<qint64>& runs); // empty when nothing is brushed any more
    void reordered(const std::vector<std::string>& metrics);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Layout {
        QRectF lines; // between the outer axes' ends
        double step = 0;
    };
    Layout layoutFor(const QRect& area, const QFont& font) const;
    double axisX(const Layout& layout, size_t axis) const;
    QPointF pointOf(const Layout& layout, size_t axis, double place) const;
    void paintRuns(QPainter& painter, const Layout& layout, const ChartStyle& style) const;
    void paintRun(QPainter& painter, const Layout& layout, const RunVector& run) const;
    void paintAxes(QPainter& painter, const Layout& layout, const ChartStyle& style) const;
    int axisNear(double x) const;
    int64_t runNear(const QPointF& position) const;
    void moveAxis(int from, int to);
    void nudgeRange(int steps);
    void announce();

    std::map<std::string, Range> ranges_;
    int current_ = -1; // axis of the keyboard
    int dragged_ = -1; // axis whose title or range is dragged
    bool draggingTitle_ = false;
    QPointF pressedAt_;
};

} // namespace paretoscope
