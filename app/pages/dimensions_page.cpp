#include "app/pages/dimensions_page.h"

#include "app/pages/metric_menu.h"
#include "app/services/workspace.h"
#include "core/base/json.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/charts/hover_card.h"
#include "widgets/charts/parallel_view.h"
#include "widgets/charts/scatter_matrix_view.h"
#include "widgets/charts/series_legend.h"
#include "widgets/models/run_text.h"
#include "widgets/theme/spacing.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QStackedWidget>

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {
constexpr size_t mostMetrics = 8;
constexpr size_t firstMetrics = 5; // before anybody has chosen
} // namespace

DimensionsPage::DimensionsPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , kind_(new QComboBox(this))
    , metrics_(new MetricMenu(tr("Metrics"), mostMetrics, this))
    , count_(makeLabel(QString(), "muted", this, false))
    , clear_(makeIconButton(u"cancel"_s, tr("Let go of every range"), this))
    , stack_(new QStackedWidget(this))
    , empty_(new EmptyState(u"chart"_s, tr("Nothing to draw yet"),
                            tr("Finished runs of the ticked experiments appear here, a line or a mark each."), this))
    , parallel_(new ParallelView(this))
    , matrix_(new ScatterMatrixView(this))
    , legend_(new SeriesLegend(this))
    , card_(new HoverCard(this))
{
    build();
    connectAll();
    const QStringList kept = workspace_.settings().get(settings::chartMetrics);
    std::vector<std::string> names;
    for (const QString& name : kept)
        names.push_back(fromQt(name));
    chosenByUser_ = !names.empty();
    metrics_->setChosen(names);
}

void DimensionsPage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    kind_->addItems({tr("Parallel axes"), tr("Scatter matrix")});
    kind_->setAccessibleName(tr("Kind of chart"));
    for (QWidget* view : std::initializer_list<QWidget*>{empty_, parallel_, matrix_})
        stack_->addWidget(view);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(spacing().medium, spacing().tiny, spacing().tiny, spacing().tiny);
    header->setSpacing(spacing().small);
    header->addWidget(kind_);
    header->addWidget(metrics_);
    header->addWidget(count_, 1);
    header->addWidget(clear_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(stack_, 1);
    layout->addWidget(legend_);
}

void DimensionsPage::connectAll()
{
    connect(kind_, &QComboBox::currentIndexChanged, this, &DimensionsPage::showKind);
    connect(metrics_, &MetricMenu::chosenChanged, this, [this] {
        chosenByUser_ = true;
        remember();
        workspace_.setOtherMetrics("dimensions", metrics_->chosen());
        refresh();
    });
    connect(clear_, &QToolButton::clicked, parallel_, &ParallelView::clearRanges);
    connect(parallel_, &ParallelView::brushed, &workspace_, &Workspace::select);
    connect(parallel_, &ParallelView::reordered, this, [this](const std::vector<std::string>& order) {
        metrics_->setChosen(order);
        chosenByUser_ = true;
        remember();
    });
    connect(parallel_, &ParallelView::runHovered, this,
            [this](qint64 run, const QPoint& place) { describe(parallel_, run, place); });
    connect(matrix_, &ScatterMatrixView::runHovered, this,
            [this](qint64 run, const QPoint& place) { describe(matrix_, run, place); });
    connect(matrix_, &ScatterMatrixView::selectionChanged, &workspace_, &Workspace::select);
    connect(matrix_, &ScatterMatrixView::axesChosen, this, &DimensionsPage::axesChosen);
    connect(&workspace_, &Workspace::snapshotChanged, this, &DimensionsPage::refresh);
    connect(&workspace_, &Workspace::selectionChanged, this, [this] {
        parallel_->setSelectedRuns(workspace_.selection());
        matrix_->setSelectedRuns(workspace_.selection());
        refreshCount();
    });
}

void DimensionsPage::remember()
{
    QStringList names;
    for (const std::string& name : metrics_->chosen())
        names << toQt(name);
    workspace_.settings().set(settings::chartMetrics, names);
}

void DimensionsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

// The frontier's two metrics first, then what differs between the runs.
void DimensionsPage::chooseDefaults()
{
    const Snapshot& snapshot = workspace_.snapshot();
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        const bool measured =
            std::find(snapshot.metrics.begin(), snapshot.metrics.end(), name) != snapshot.metrics.end();
        if (measured && names.size() < firstMetrics && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    };
    add(snapshot.request.xMetric);
    add(snapshot.request.yMetric);
    for (const char* name : {"decode_tokens_per_second", "peak_memory_bytes", "compress_seconds"})
        add(name);
    for (const std::string& name : snapshot.differingMetrics)
        add(name);
    metrics_->setChosen(names);
}

void DimensionsPage::refresh()
{
    if (!isVisible()) return; // the metrics are read only for who looks at them
    const Snapshot& snapshot = workspace_.snapshot();
    metrics_->setAvailable(snapshot.metrics);
    if (!chosenByUser_) chooseDefaults();
    workspace_.setOtherMetrics("dimensions", metrics_->chosen());
    const RunDimensions drawn = runDimensions(snapshot.points, metrics_->chosen());
    parallel_->setData(drawn);
    matrix_->setData(drawn);
    legend_->setSeries(drawn.series);
    showKind();
}

void DimensionsPage::showKind()
{
    const bool parallel = kind_->currentIndex() == 0;
    QWidget* view = parallel ? static_cast<QWidget*>(parallel_) : matrix_;
    stack_->setCurrentWidget(parallel_->data().empty() ? empty_ : view);
    clear_->setVisible(parallel);
    refreshCount();
}

void DimensionsPage::refreshCount()
{
    const size_t runs = parallel_->data().runs.size();
    clear_->setEnabled(parallel_->brushing());
    if (parallel_->brushing() && kind_->currentIndex() == 0)
        count_->setText(tr("%L1 of %L2 runs inside").arg(parallel_->keptRuns().size()).arg(runs));
    else if (runs == 0)
        count_->clear();
    else if (kind_->currentIndex() == 0)
        count_->setText(tr("%L1 runs, better on top. Drag on an axis to keep a range.").arg(runs));
    else
        count_->setText(tr("%L1 runs. Enter or double click opens a chart as the frontier.").arg(runs));
}

Json DimensionsPage::state() const
{
    Json ranges = Json::object();
    for (const auto& [name, range] : parallel_->ranges()) ranges[name] = {range.low, range.high};
    return {{"kind", kind_->currentIndex()},
            {"metrics", chosenByUser_ ? metrics_->chosen() : std::vector<std::string>()},
            {"ranges", ranges}};
}

void DimensionsPage::restore(const Json& state)
{
    if (!state.is_object()) return;
    kind_->setCurrentIndex(state.value("kind", 0) == 1 ? 1 : 0);
    const auto names = state.value("metrics", std::vector<std::string>());
    if (!names.empty()) {
        metrics_->setChosen(names);
        chosenByUser_ = true;
    }
    std::map<std::string, ParallelView::Range> ranges;
    if (const auto kept = state.find("ranges"); kept != state.end() && kept->is_object())
        for (const auto& [name, range] : kept->items())
            if (range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number())
                ranges[name] = {range[0].get<double>(), range[1].get<double>()};
    parallel_->setRanges(std::move(ranges));
    refresh();
}

QString DimensionsPage::countText() const
{
    return count_->text();
}

void DimensionsPage::describe(QWidget* view, qint64 run, const QPoint& place)
{
    const std::optional<Run> found = run != 0 ? workspace_.run(run) : std::nullopt;
    if (found)
        card_->showAt(view->mapTo(this, place), runHoverText(*found));
    else
        card_->hide();
}

} // namespace paretoscope
