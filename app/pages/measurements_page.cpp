#include "app/pages/measurements_page.h"

#include "app/services/background.h"
#include "app/services/workspace.h"
#include "widgets/basics/elided_label.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/basics/value_table.h"
#include "widgets/models/run_columns.h"
#include "widgets/models/run_text.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

ValueTableModel::Row metricRow(const Measurement& m)
{
    const MetricInfo info = metricInfo(m.metric);
    const auto text = [](const char* source) { return QCoreApplication::translate("MeasurementsPage", source); };
    const bool interval = m.low && m.high && *m.high > *m.low;
    ValueCell title = ValueCell::words(toQt(info.title));
    title.toolTip = toQt(info.description);
    ValueTableModel::Row row;
    row.key = toQt(m.metric);
    row.cells = {title, ValueCell::number(formatMetric(info, m.value), m.value),
                 ValueCell::words(interval
                                      ? text("%1 to %2").arg(formatMetric(info, *m.low), formatMetric(info, *m.high))
                                      : QString()),
                 ValueCell::number(m.count > 0 ? QLocale().toString(qlonglong(m.count)) : QString(), double(m.count)),
                 ValueCell::words(info.higherIsBetter ? text("high") : text("low"), CellTone::Muted)};
    return row;
}

} // namespace

MeasurementsPage::MeasurementsPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , stack_(new QStackedWidget(this))
    , notice_(new NoticeBar(this))
    , recipe_(new ElidedLabel(this))
    , what_(new ElidedLabel(this, Qt::ElideRight))
    , problem_(makeLabel(QString(), "bad", this))
    , copy_(makeIconButton(u"copy"_s, tr("Copy everything as text"), this))
    , metrics_(new ValueTable(tr("Metrics of the run"),
                              {{tr("Metric"), false, {}},
                               {tr("Value"), true, {}},
                               {tr("95% interval"), false, {}},
                               {tr("n"), true, tr("Items or repeats behind the value.")},
                               {tr("Better"), false, tr("Whether high or low values are better.")}},
                              this))
    , itemsTitle_(makeLabel(QString(), "title", this, true))
    , filter_(new QLineEdit(this))
    , items_(new ValueTable(tr("Items behind the metric"),
                            {{tr("Item"), false, {}},
                             {tr("Score"), true, {}},
                             {tr("Weight"), true, tr("Tokens of a window; 1 for a question.")}},
                            this))
    , origin_(
          new ValueTable(tr("Where the numbers come from"), {{tr("What"), false, {}}, {tr("Value"), false, {}}}, this))
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    stack_->addWidget(
        new EmptyState(u"info"_s, tr("No run selected"),
                       tr("Select a point of the chart or a row of the table to read what was measured on "
                          "it, item by item."),
                       this));
    auto* shown = new QWidget(this);
    auto* inner = new QVBoxLayout(shown);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(0);
    inner->addWidget(buildHeader());
    inner->addWidget(buildBody(), 1);
    stack_->addWidget(shown);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(notice_);
    layout->addWidget(stack_, 1);
    connect(metrics_, &ValueTable::keyChosen, this, &MeasurementsPage::showItems);
    connect(filter_, &QLineEdit::textChanged, items_, &ValueTable::setFilter);
    connect(copy_, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(asText()); });
    connect(&workspace_, &Workspace::selectionChanged, this, &MeasurementsPage::refresh);
    connect(&workspace_, &Workspace::snapshotChanged, this, &MeasurementsPage::refresh);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        for (ValueTable* table : {metrics_, items_, origin_})
            table->viewport()->update();
    });
}

QWidget* MeasurementsPage::buildHeader()
{
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    recipe_->setFont(strong);
    what_->setMuted(true);
    auto* header = new QWidget(this);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    words->addWidget(recipe_);
    words->addWidget(what_);
    words->addWidget(problem_);
    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(spacing().medium, spacing().small, spacing().small, spacing().small);
    layout->addLayout(words, 1);
    layout->addWidget(copy_, 0, Qt::AlignTop);
    return header;
}

QWidget* MeasurementsPage::buildBody()
{
    filter_->setPlaceholderText(tr("Filter items"));
    filter_->setAccessibleName(tr("Filter the items"));
    filter_->setClearButtonEnabled(true);
    filter_->setMaximumWidth(charactersWide(20));
    auto* itemBox = new QWidget(this);
    auto* itemHeader = new QHBoxLayout;
    itemHeader->setContentsMargins(spacing().medium, spacing().tiny, spacing().small, spacing().tiny);
    itemHeader->addWidget(itemsTitle_, 1);
    itemHeader->addWidget(filter_);
    auto* itemLayout = new QVBoxLayout(itemBox);
    itemLayout->setContentsMargins(0, 0, 0, 0);
    itemLayout->setSpacing(0);
    itemLayout->addLayout(itemHeader);
    itemLayout->addWidget(items_, 1);
    auto* upper = new QSplitter(Qt::Horizontal, this);
    upper->addWidget(metrics_);
    upper->addWidget(itemBox);
    upper->setStretchFactor(0, 3);
    upper->setStretchFactor(1, 2);
    auto* whole = new QSplitter(Qt::Vertical, this);
    whole->addWidget(upper);
    whole->addWidget(origin_);
    whole->setStretchFactor(0, 3);
    whole->setStretchFactor(1, 2);
    for (QSplitter* splitter : {upper, whole}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(1);
    }
    whole->restoreState(workspace_.settings().get(settings::measurementsSplit));
    connect(whole, &QSplitter::splitterMoved, this,
            [this, whole] { workspace_.settings().set(settings::measurementsSplit, whole->saveState()); });
    return whole;
}

void MeasurementsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void MeasurementsPage::refresh()
{
    if (!isVisible()) return; // items may be many; showEvent makes up for it
    const qint64 wanted = workspace_.selection().value(0);
    if (wanted == 0 || !workspace_.store()) {
        run_.reset();
        loading_ = 0;
        stack_->setCurrentIndex(0);
        return;
    }
    const bool settled = run_ && run_->id == wanted && run_->state == RunState::Done;
    if (settled || loading_ == wanted) return;
    loading_ = wanted;
    runInBackground<Run>(
        this,
        [store = workspace_.store()->path(), wanted] { return Store::open(store, StoreAccess::ReadOnly)->run(wanted); },
        [this, wanted](Run run) {
            if (loading_ == wanted) accept(std::move(run));
        },
        [this, wanted](const QString& error) {
            if (std::exchange(loading_, 0) == wanted) notice_->showError(error);
        });
}

void MeasurementsPage::accept(Run run)
{
    loading_ = 0;
    notice_->hide();
    run_ = std::make_unique<Run>(std::move(run));
    recipe_->setText(RunColumn{RunColumn::Kind::Recipe, {}}.text(*run_));
    QStringList parts{tr("run %1 of %2").arg(run_->id).arg(toQt(run_->experiment)), stateTitle(run_->state)};
    for (const auto kind : {RunColumn::Kind::Finished, RunColumn::Kind::Duration}) {
        const QString text = RunColumn{kind, {}}.text(*run_);
        if (!text.isEmpty()) parts << (kind == RunColumn::Kind::Duration ? tr("took %1").arg(text) : text);
    }
    what_->setText(parts.join(u" · "_s));
    problem_->setText(toQt(run_->error));
    problem_->setVisible(!run_->error.empty());
    stack_->setCurrentIndex(1);
    showMetrics();
    showOrigin();
}

void MeasurementsPage::showMetrics()
{
    std::vector<ValueTableModel::Row> rows;
    for (const Measurement& m : run_->measurements)
        rows.push_back(metricRow(m));
    const bool first = !metrics_->currentKey().isValid();
    metrics_->setRows(std::move(rows));
    metrics_->fitColumns(0);
    // A metric with items is what one wants to look into.
    for (const Measurement& m : run_->measurements)
        if (first && !m.items.empty()) {
            metrics_->selectKey(toQt(m.metric));
            break;
        }
    showItems();
}

void MeasurementsPage::showItems()
{
    if (!run_) return;
    const std::string metric = fromQt(metrics_->currentKey().toString());
    const Measurement* m = run_->measurement(metric);
    const QString title = toQt(metricInfo(metric).title);
    std::vector<ValueTableModel::Row> rows;
    bool weighted = false;
    for (const ItemScore& item : m ? m->items : std::vector<ItemScore>()) {
        weighted = weighted || item.weight != 1;
        rows.push_back({{ValueCell::words(toQt(item.item)), ValueCell::number(formatNumber(item.score), item.score),
                         ValueCell::number(formatNumber(item.weight), item.weight)},
                        toQt(item.item)});
    }
    if (!m)
        itemsTitle_->setText(tr("Choose a metric to see its items"));
    else if (rows.empty())
        itemsTitle_->setText(tr("%1 has no items: it is one number").arg(title));
    else
        itemsTitle_->setText(tr("%1: %L2 items").arg(title).arg(rows.size()));
    filter_->setVisible(!rows.empty());
    items_->setRows(std::move(rows));
    items_->setColumnHidden(2, !weighted);
    items_->fitColumns(0);
}

void MeasurementsPage::showOrigin()
{
    std::vector<ValueTableModel::Row> rows;
    for (const std::string& note : run_->provenance.notes)
        rows.push_back(
            {{ValueCell::words(tr("Note"), CellTone::Warning), ValueCell::words(toQt(note), CellTone::Warning)},
             toQt(note)});
    for (const auto& [name, value] : runOriginRows(*run_))
        rows.push_back({{ValueCell::words(name, CellTone::Muted), ValueCell::words(value)}, name});
    origin_->setRows(std::move(rows));
    origin_->fitColumns(1);
}

QString MeasurementsPage::asText() const
{
    if (!run_) return {};
    return recipe_->text() + u'\n' + what_->text() + u"\n\n"_s + metrics_->asText(true) + u'\n' + itemsTitle_->text() +
           u'\n' + items_->asText(true) + u'\n' + origin_->asText(true);
}

} // namespace paretoscope
