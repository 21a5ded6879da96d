// The widget around a frontier chart: zoom, pan, hover, selection, keyboard.
//
//   drag            moves               wheel, + and -     zooms at the mouse
//   Shift + drag    zooms into a box    double click, 0    shows everything again
//   Ctrl + drag     selects a box       click, Ctrl+click  selects, adds
//   arrows          travel between points in the order of x (← →) or y (↓ ↑)
//   F               travels along the frontier; Space selects; Enter opens; Esc lets go
//   A, B            pins the point as A or B of a comparison
#pragma once

#include "widgets/charts/frontier_data.h"

#include <QList>
#include <QRubberBand>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

class QCustomPlot;
class QMouseEvent;

namespace paretoscope {

class FrontierChart;
class HoverCard;

class ChartView : public QWidget {
    Q_OBJECT
public:
    explicit ChartView(QWidget* parent = nullptr);
    ~ChartView() override;

    // Keeps what the user looks at once they have moved; before, fits the data. Cheap to call
    // often: painting happens once an event-loop turn.
    void setData(FrontierChartData data);
    const FrontierChartData& data() const;

    // Rich text about a run, asked for when the mouse or the keyboard reaches its point.
    void setDescription(std::function<QString(qint64 run)> describe);

    void setSelectedRuns(const QList<qint64>& runs); // does not emit
    QList<qint64> selectedRuns() const;
    void setCompared(qint64 a, qint64 b); // letters beside their points; 0 = none

    const FrontierChart& chart() const { return *chart_; }
    QCustomPlot& plot() { return *plot_; }
    QString hoverText() const; // empty while nothing is hovered
    bool followsData() const { return followsData_; }

public Q_SLOTS:
    void showAll();
    void zoomIn();
    void zoomOut();

Q_SIGNALS:
    void selectionChanged(const QList<qint64>& runs); // by the user
    void runActivated(qint64 run);                    // Enter or double click on a point
    void pinRequested(qint64 run, bool asB);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    enum class BoxPurpose { None, Zoom, Select };

    void applyTheme();
    void zoomBy(double factor);
    bool press(QMouseEvent& event);
    bool release(QMouseEvent& event);
    void hoverAt(const QPoint& position);
    void showCurrent(std::optional<size_t> point, bool withCard);
    void travel(bool alongX, int step, bool frontierOnly);
    void select(size_t point, bool add);
    void finishBox();
    void zoomInto(const QRect& box);

    QCustomPlot* plot_;
    std::unique_ptr<FrontierChart> chart_;
    HoverCard* card_;
    QRubberBand* band_;
    BoxPurpose boxPurpose_ = BoxPurpose::None;
    QPoint pressedAt_;
    bool followsData_ = true;
    std::optional<size_t> current_;
    std::unordered_set<int64_t> selected_;
    std::function<QString(qint64)> describe_;
};

} // namespace paretoscope
