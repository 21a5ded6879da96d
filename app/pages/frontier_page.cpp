#include "app/pages/frontier_page.h"

#include "app/pages/frontier_controls.h"
#include "app/services/workspace.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/charts/chart_view.h"
#include "widgets/charts/frontier_finding.h"
#include "widgets/models/run_text.h"
#include "widgets/theme/spacing.h"

#include <QLocale>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

FrontierPage::FrontierPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , controls_(new FrontierControls(this))
    , notice_(new NoticeBar(this))
    , stack_(new QStackedWidget(this))
    , welcome_(new EmptyState(
          u"chart"_s, tr("What does compression cost this model?"),
          tr("Open a model, choose how to compress it, and watch the frontier between size, speed "
             "and quality fill in. The demo takes a minute on the built-in model."),
          this))
    , waiting_(new EmptyState(u"chart"_s, QString(), QString(), this))
    , view_(new ChartView(this))
    , finding_(makeLabel(QString(), "", this, true))
    , summary_(makeLabel(QString(), "muted", this, false))
{
    build();
    controls_->choose(workspace_.request().xMetric, workspace_.request().yMetric);
    connect(controls_, &FrontierControls::changed, this, [this] {
        axesAreFresh_ = false;
        const FrontierChartOptions options = controls_->options();
        workspace_.setMetrics(options.x, options.y);
        redraw();
        view_->showAll();
    });
    connect(controls_->zoomIn(), &QToolButton::clicked, view_, &ChartView::zoomIn);
    connect(controls_->zoomOut(), &QToolButton::clicked, view_, &ChartView::zoomOut);
    connect(controls_->showAll(), &QToolButton::clicked, view_, &ChartView::showAll);
    view_->setDescription([this](qint64 id) {
        const std::optional<Run> run = workspace_.run(id);
        return run ? runHoverText(*run) : QString();
    });
    connect(view_, &ChartView::selectionChanged, &workspace_, &Workspace::select);
    connect(view_, &ChartView::runActivated, &workspace_, &Workspace::showMeasurements);
    connect(&workspace_, &Workspace::selectionChanged, this,
            [this] { view_->setSelectedRuns(workspace_.selection()); });
    connect(&workspace_, &Workspace::snapshotChanged, this, &FrontierPage::redraw);
    connect(&workspace_, &Workspace::storeOpened, this, [this] {
        notice_->hide();
        axesAreFresh_ = true;
    });
    connect(&workspace_, &Workspace::storeOpened, view_, &ChartView::showAll);
    connect(&workspace_, &Workspace::storeFailed, notice_, &NoticeBar::showError);
    redraw();
}

void FrontierPage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    connect(welcome_->addAction(tr("Open a model")), &QPushButton::clicked, this,
            &FrontierPage::openModelRequested);
    connect(welcome_->addAction(tr("Run the demo experiment")), &QPushButton::clicked, this,
            &FrontierPage::demoRequested);
    connect(welcome_->addAction(tr("Open another store")), &QPushButton::clicked, this,
            &FrontierPage::openStoreRequested);
    connect(waiting_->addAction(tr("New experiment")), &QPushButton::clicked, this,
            &FrontierPage::newExperimentRequested);
    stack_->addWidget(welcome_);
    stack_->addWidget(waiting_);
    stack_->addWidget(view_);
    finding_->setContentsMargins(spacing().medium, spacing().tiny, spacing().medium, 0);
    finding_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    summary_->setContentsMargins(spacing().medium, 0, spacing().medium, spacing().tiny);
    summary_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(notice_);
    layout->addWidget(controls_);
    layout->addWidget(stack_, 1);
    layout->addWidget(finding_);
    layout->addWidget(summary_);
}

const FrontierChartData& FrontierPage::data() const { return view_->data(); }

void FrontierPage::redraw()
{
    const Snapshot& snapshot = workspace_.snapshot();
    controls_->setMetrics(snapshot.metrics);
    controls_->setOverlaid(snapshot.request.shown.size() > 1);
    if (chooseMeasuredAxes()) return; // drawn when its points are there
    const FrontierChartOptions options = controls_->options();
    // Points of other axes are on their way: the old ones would be wrong.
    if (options.x != snapshot.request.xMetric || options.y != snapshot.request.yMetric) return;
    const bool third = options.zLook != ThirdLook::None;
    workspace_.setOtherMetrics("frontier", third ? std::vector{options.z} : std::vector<std::string>());
    view_->setData(frontierChartData(snapshot.points, options));
    const bool empty = view_->data().empty();
    summary_->setText(empty ? QString() : summaryText());
    summary_->setVisible(!empty);
    const QString finding = empty ? QString() : findingText();
    finding_->setText(finding);
    finding_->setVisible(!finding.isEmpty());
    controls_->setVisible(!snapshot.experiments.empty());
    if (empty) showEmpty();
    else stack_->setCurrentWidget(view_);
}

// The axes of the last store say nothing when no run here has that quality: another one is taken, once.
bool FrontierPage::chooseMeasuredAxes()
{
    const std::vector<std::string>& measured = workspace_.snapshot().metrics;
    const auto has = [&](const std::string& name) {
        return std::find(measured.begin(), measured.end(), name) != measured.end();
    };
    const FrontierChartOptions options = controls_->options();
    if (!axesAreFresh_ || measured.empty() || has(options.y)) return false;
    axesAreFresh_ = false;
    for (const char* quality : {"perplexity", "exact_match", "bits_per_byte", "kl_divergence", "top1_agreement"})
        if (has(quality)) {
            controls_->choose(has(options.x) ? options.x : "file_bytes", quality);
            return true;
        }
    return false;
}

void FrontierPage::showEmpty()
{
    const Snapshot& snapshot = workspace_.snapshot();
    if (workspace_.loading()) {
        waiting_->setText(tr("Reading the store…"), QString());
        stack_->setCurrentWidget(waiting_);
        return;
    }
    if (snapshot.experiments.empty()) {
        stack_->setCurrentWidget(welcome_);
        return;
    }
    waiting_->setText(tr("Nothing to draw yet"), emptyReason());
    stack_->setCurrentWidget(waiting_);
}

QString FrontierPage::emptyReason() const
{
    const Snapshot& snapshot = workspace_.snapshot();
    if (snapshot.request.shown.empty())
        return tr("Tick an experiment in the list on the left to see its frontier.");
    if (!snapshot.request.filter.empty() && snapshot.points.empty())
        return tr("No run matches the filter of the table below.");
    if (view_->data().withoutMetric > 0)
        return tr("The finished runs lack %1 or %2. Choose other axes above.")
            .arg(toQt(view_->data().x.metric.title), toQt(view_->data().y.metric.title));
    if (snapshot.running + snapshot.queued > 0)
        return tr("The first point appears when the first run is done.");
    return tr("No run of this experiment is done. Retry the failed ones in the queue, or start a "
              "new experiment.");
}

QString FrontierPage::summaryText() const
{
    const FrontierChartData& data = view_->data();
    const auto onFrontier
        = std::count_if(data.points.begin(), data.points.end(), [](const FrontierChartPoint& p) {
              return p.standing == PointStanding::OnFrontier;
          });
    QStringList parts;
    parts << tr("%1 runs, %2 on the frontier").arg(data.points.size()).arg(onFrontier);
    if (data.lines.size() == 1) {
        if (data.points.size() > 1)
            parts << tr("dominated area %1").arg(formatNumber(data.hypervolume, 3));
        if (data.knee) parts << tr("knee: run %1").arg(*data.knee);
    }
    return parts.join(u" · "_s);
}

// "5 of 17 runs are within the limits; the best is quantization.gptq(bits=4): right answers 86.7 % at 1.1 MiB."
QString FrontierPage::limitText() const
{
    const FrontierChartData& data = view_->data();
    const std::optional<LimitFinding> found = withinLimits(data);
    if (!found) return {};
    const std::optional<size_t> place = found->best ? found->best : found->nearest;
    const std::optional<Run> run = place ? workspace_.run(data.points[*place].run) : std::nullopt;
    if (!run) return tr("No run is within the limits.");
    const QString recipe = run->baseline() ? tr("the baseline") : toQt(run->request.recipe);
    const FrontierChartPoint& point = data.points[*place];
    const QString y = toQt(data.y.metric.title).toLower(), x = toQt(data.x.metric.title).toLower();
    if (found->best)
        return tr("%1 of %2 runs are within the limits; the best is %3: %4 %5 at %6 %7.")
            .arg(found->within)
            .arg(data.points.size())
            .arg(recipe, y, formatMetric(data.y.metric, point.y), x, formatMetric(data.x.metric, point.x));
    QStringList misses;
    const auto miss = [&](const ChartAxis& axis, const QString& name, double excess) {
        if (!(excess > 0)) return;
        const QString share = QLocale().toString(100 * excess, 'f', excess < 0.1 ? 1 : 0);
        misses << (axis.metric.higherIsBetter ? tr("%1 is %2% short").arg(name, share)
                                              : tr("%1 is %2% over").arg(name, share));
    };
    miss(data.x, x, found->xExcess);
    miss(data.y, y, found->yExcess);
    return tr("No run is within the limits. The nearest is %1: its %2.").arg(recipe, misses.join(tr(" and ")));
}

// "quantization.gptq(bits=4) keeps 99.5% of the quality at 45% of the file size"
QString FrontierPage::findingText() const
{
    const FrontierChartData& data = view_->data();
    if (data.limited()) return limitText();
    const std::optional<FrontierFinding> found = cheapestThatKeeps(data);
    const std::optional<Run> run = found ? workspace_.run(found->run) : std::nullopt;
    if (!run) return {};
    const QString recipe = toQt(run->request.recipe);
    const QString size = toQt(data.x.metric.title).toLower(), share = QLocale().toString(100 * found->cost, 'f', 0);
    const QString noise = found->withinNoise ? tr(", which is no difference beyond the noise") : QString();
    if (data.y.metric.higherIsBetter)
        return tr("%1 keeps %2% of %3 at %4% of the %5%6.")
            .arg(recipe, QLocale().toString(100 * found->kept, 'f', 1), toQt(data.y.metric.title).toLower(), share, size, noise);
    return tr("%1 has a %2 within 1% of the baseline's at %3% of the %4%5.")
        .arg(recipe, toQt(data.y.metric.title).toLower(), share, size, noise);
}

} // namespace paretoscope
