#include "widgets/charts/chart_view.h"

#include "widgets/basics/text.h"
#include "widgets/charts/frontier_chart.h"
#include "widgets/charts/hover_card.h"
#include "widgets/theme/theme.h"

#include "widgets/charts/custom_plot.h"

#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace paretoscope {

ChartView::ChartView(QWidget* parent)
    : QWidget(parent)
    , plot_(new QCustomPlot(this))
    , chart_(std::make_unique<FrontierChart>(
          *plot_, screenChartStyle(Theme::instance().colors(), font())))
    , card_(new HoverCard(this))
    , band_(new QRubberBand(QRubberBand::Rectangle, plot_))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2);
    layout->addWidget(plot_);
    setFocusPolicy(Qt::StrongFocus);
    plot_->setFocusPolicy(Qt::NoFocus);
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setNoAntialiasingOnDrag(true);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    plot_->setMinimumSize(160, 120);
    setAccessibleName(tr("Frontier chart"));
    connect(&Theme::instance(), &Theme::changed, this, &ChartView::applyTheme);
    setData({});
}

ChartView::~ChartView()
{
    // The chart refers to the plot, which is deleted as a child after this.
    plot_->removeEventFilter(this);
}

const FrontierChartData& ChartView::data() const { return chart_->data(); }

void ChartView::setData(FrontierChartData data)
{
    std::optional<int64_t> currentRun;
    if (current_ && *current_ < chart_->data().points.size())
        currentRun = chart_->data().points[*current_].run;
    chart_->setData(std::move(data));
    current_.reset();
    const std::vector<FrontierChartPoint>& points = chart_->data().points;
    for (size_t i = 0; currentRun && i < points.size(); ++i)
        if (points[i].run == *currentRun) current_ = i;
    if (!current_) card_->hide();
    chart_->setSelected(selected_);
    chart_->setCurrent(current_);
    if (followsData_) chart_->showAll();
    setAccessibleDescription(toQt(describeFrontier(chart_->data())));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ChartView::setDescription(std::function<QString(qint64)> describe)
{
    describe_ = std::move(describe);
}

void ChartView::setSelectedRuns(const QList<qint64>& runs)
{
    selected_ = {runs.begin(), runs.end()};
    chart_->setSelected(selected_);
}

QList<qint64> ChartView::selectedRuns() const { return {selected_.begin(), selected_.end()}; }

void ChartView::setCompared(qint64 a, qint64 b) { chart_->setCompared(a, b); }

QString ChartView::hoverText() const { return card_->isVisible() ? card_->text() : QString(); }

void ChartView::showAll()
{
    followsData_ = true;
    chart_->showAll();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ChartView::zoomIn() { zoomBy(0.8); }

void ChartView::zoomOut() { zoomBy(1.25); }

void ChartView::zoomBy(double factor)
{
    followsData_ = false;
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) axis->scaleRange(factor);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ChartView::zoomInto(const QRect& box)
{
    followsData_ = false;
    plot_->xAxis->setRange(plot_->xAxis->pixelToCoord(box.left()),
                           plot_->xAxis->pixelToCoord(box.right()));
    plot_->yAxis->setRange(plot_->yAxis->pixelToCoord(box.bottom()),
                           plot_->yAxis->pixelToCoord(box.top()));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ChartView::select(size_t point, bool add)
{
    const int64_t run = chart_->data().points[point].run;
    const bool was = selected_.contains(run);
    if (!add) selected_.clear();
    if (add && was) selected_.erase(run);
    else selected_.insert(run);
    chart_->setSelected(selected_);
    Q_EMIT selectionChanged(selectedRuns());
}

void ChartView::applyTheme()
{
    chart_->setStyle(screenChartStyle(Theme::instance().colors(), font()));
    chart_->setCurrent(current_);
    plot_->replot(QCustomPlot::rpQueuedReplot);
    update();
}

void ChartView::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = Theme::instance().colors();
    QPainter painter(this);
    painter.fillRect(rect(), colors.surface);
    if (!hasFocus()) return;
    painter.setPen(QPen(colors.accent, 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void ChartView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void ChartView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace paretoscope
