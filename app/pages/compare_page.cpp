#include "app/pages/compare_page.h"

#include "app/pages/run_slot.h"
#include "app/services/background.h"
#include "app/services/comparison_choice.h"
#include "app/services/workspace.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/basics/value_table.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

CellTone toneOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Better:
        return CellTone::Good;
    case Verdict::Worse:
        return CellTone::Bad;
    default:
        return CellTone::Muted;
    }
}

QString valueText(const MetricInfo& info, const std::optional<double>& value)
{
    return value ? formatMetric(info, *value) : u"–"_s;
}

ValueTableModel::Row metricRow(const MetricChange& change)
{
    const MetricInfo& info = change.info;
    const bool both = change.a && change.b;
    ValueCell title = ValueCell::words(toQt(info.title));
    title.toolTip = toQt(info.description);
    const QString share = both && *change.a != 0 && std::isfinite(change.change / *change.a)
                              ? formatChange(MetricInfo{}, 100 * change.change / std::abs(*change.a)) + u" %"_s
                              : QString();
    const QString interval = change.low && change.high
                                 ? QCoreApplication::translate("ComparePage", "%1 to %2")
                                       .arg(formatChange(info, *change.low), formatChange(info, *change.high))
                                 : QString();
    ValueTableModel::Row row;
    row.key = toQt(info.name);
    row.cells = {title,
                 ValueCell::number(valueText(info, change.a), change.a.value_or(NAN)),
                 ValueCell::number(valueText(info, change.b), change.b.value_or(NAN)),
                 ValueCell::number(both ? formatChange(info, change.change) : QString(), change.change),
                 ValueCell::words(verdictText(change.verdict), toneOf(change.verdict)),
                 ValueCell::words(interval),
                 ValueCell::number(change.p ? formatProbability(*change.p) : QString(), change.p.value_or(2)),
                 ValueCell::number(share, both && *change.a != 0 ? change.change / std::abs(*change.a) : 0),
                 ValueCell::words(evidenceText(change), CellTone::Muted)};
    return row;
}

QString joined(const std::vector<std::string>& values)
{
    QStringList texts;
    for (const std::string& value : values)
        texts << toQt(value);
    return texts.isEmpty() ? u"–"_s : texts.join(u", "_s);
}

// A title over a table, with something of its own on the right.
QWidget* titled(QLabel* title, QWidget* beside, QWidget* table)
{
    auto* box = new QWidget;
    auto* header = new QHBoxLayout;
    header->setContentsMargins(spacing().medium, spacing().small, spacing().medium, spacing().tiny);
    header->addWidget(title, 1);
    if (beside) header->addWidget(beside);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(table, 1);
    return box;
}

} // namespace

ComparePage::ComparePage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , slotA_(new RunSlot(u"A"_s, this))
    , slotB_(new RunSlot(u"B"_s, this))
    , swap_(makeIconButton(u"swap"_s, tr("Swap A and B"), this))
    , copy_(makeIconButton(u"copy"_s, tr("Copy the comparison as text"), this))
    , notice_(new NoticeBar(this))
    , stack_(new QStackedWidget(this))
    , empty_(new EmptyState(u"compare"_s, tr("Choose two runs"),
                            tr("Select two points or rows, or pin one as A and select others to compare with "
                               "it. One selected run is compared with the baseline."),
                            this))
    , sentence_(makeLabel(QString(), "finding", this))
    , metrics_(new ValueTable(tr("Metrics of A and B"),
                              {{tr("Metric"), false, {}},
                               {tr("A"), true, {}},
                               {tr("B"), true, {}},
                               {tr("B − A"), true, tr("Shares differ in percentage points (pp).")},
                               {tr("B is"), false, {}},
                               {tr("95% interval of B − A"), false,
                                tr("Over the items that both runs have where there are such, else from the two "
                                   "standard errors.")},
                               {tr("p"), true,
                                tr("Two-sided: how often chance alone would give such a difference. Sign flips of the "
                                   "paired items, each metric by itself.")},
                               {tr("Change"), true, tr("The difference as a share of A.")},
                               {tr("Known from"), false, {}}},
                              this))
    , settings_(new ValueTable(tr("Settings that differ"),
                               {{tr("Setting"), false, {}}, {tr("A"), false, {}}, {tr("B"), false, {}}}, this))
    , items_(new ValueTable(tr("Items of A and B"),
                            {{tr("Item"), false, {}},
                             {tr("A"), true, {}},
                             {tr("B"), true, {}},
                             {tr("B − A"), true, {}},
                             {tr("What"), false, {}}},
                            this))
    , itemsTitle_(makeLabel(QString(), "title", this, true))
    , onlyChanged_(new QCheckBox(tr("Only what changed"), this))
    , split_(new QSplitter(Qt::Vertical, this))
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    sentence_->setAccessibleName(tr("What the comparison comes down to"));
    stack_->addWidget(empty_);
    stack_->addWidget(buildBody());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(buildHeader());
    layout->addWidget(notice_);
    layout->addWidget(stack_, 1);
    connectAll();
    split_->restoreState(workspace_.settings().get(settings::compareSplit));
    connect(split_, &QSplitter::splitterMoved, this,
            [this] { workspace_.settings().set(settings::compareSplit, split_->saveState()); });
    refresh();
}

QWidget* ComparePage::buildHeader()
{
    auto* header = new QWidget(this);
    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(spacing().medium, spacing().small, spacing().small, spacing().small);
    layout->setSpacing(spacing().small);
    layout->addWidget(slotA_, 1);
    layout->addWidget(swap_);
    layout->addWidget(slotB_, 1);
    layout->addWidget(copy_);
    return header;
}

QWidget* ComparePage::buildBody()
{
    onlyChanged_->setChecked(true);
    onlyChanged_->setToolTip(tr("Leave out items with the same score in both"));
    auto* lower = new QSplitter(Qt::Horizontal, this);
    lower->addWidget(titled(makeLabel(tr("Settings that differ"), "title", this, false), nullptr, settings_));
    lower->addWidget(titled(itemsTitle_, onlyChanged_, items_));
    lower->setStretchFactor(0, 2);
    lower->setStretchFactor(1, 3);
    split_->addWidget(metrics_);
    split_->addWidget(lower);
    split_->setStretchFactor(0, 3);
    split_->setStretchFactor(1, 2);
    for (QSplitter* splitter : {split_, lower}) {
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(1);
    }
    auto* body = new QWidget(this);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    sentence_->setContentsMargins(spacing().medium, spacing().tiny, spacing().medium, spacing().medium);
    layout->addWidget(sentence_);
    layout->addWidget(split_, 1);
    return body;
}

void ComparePage::connectAll()
{
    ComparisonChoice& choice = workspace_.comparison();
    connect(&choice, &ComparisonChoice::changed, this, &ComparePage::refresh);
    connect(&workspace_, &Workspace::snapshotChanged, this, &ComparePage::refresh);
    connect(swap_, &QToolButton::clicked, &choice, &ComparisonChoice::swap);
    connect(slotA_->pin(), &QToolButton::toggled, this,
            [&choice](bool on) { choice.restore(on ? choice.a() : 0, choice.pinnedB() ? choice.b() : 0); });
    connect(slotB_->pin(), &QToolButton::toggled, this,
            [&choice](bool on) { choice.restore(choice.pinnedA() ? choice.a() : 0, on ? choice.b() : 0); });
    connect(metrics_, &ValueTable::keyChosen, this, &ComparePage::showItems);
    connect(onlyChanged_, &QCheckBox::toggled, this, &ComparePage::showItems);
    connect(copy_, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(asText()); });
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        for (ValueTable* table : {metrics_, settings_, items_})
            table->viewport()->update();
    });
}

void ComparePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

bool ComparePage::upToDate() const
{
    const ComparisonChoice& choice = workspace_.comparison();
    return shown_ && shown_->a.id == choice.a() && shown_->b.id == choice.b();
}

void ComparePage::fillSlot(RunSlot& slot, qint64 run, bool pinned)
{
    const std::optional<Run> found = run != 0 ? workspace_.run(run) : std::nullopt;
    if (found)
        slot.setRun(*found, pinned);
    else
        slot.clear(tr("select or pin a run"));
}

void ComparePage::refresh()
{
    if (!isVisible()) return; // comparing costs; showEvent makes up for it
    const ComparisonChoice& choice = workspace_.comparison();
    fillSlot(*slotA_, choice.a(), choice.pinnedA());
    fillSlot(*slotB_, choice.b(), choice.pinnedB());
    swap_->setEnabled(choice.a() != 0 || choice.b() != 0);
    if (!choice.complete()) {
        shown_.reset();
        ++loadNumber_;
        loadingA_ = loadingB_ = 0;
    }
    stack_->setCurrentIndex(shown_ || choice.complete() ? 1 : 0);
    copy_->setEnabled(shown_ != nullptr);
    const bool running = shown_ && (shown_->a.state != RunState::Done || shown_->b.state != RunState::Done);
    if (choice.complete() && (!upToDate() || running))
        load();
    else if (shown_)
        showMetrics(); // other axes: another headline
}

void ComparePage::load()
{
    const ComparisonChoice& choice = workspace_.comparison();
    if (!workspace_.store() || (loadingA_ == choice.a() && loadingB_ == choice.b())) return;
    loadingA_ = choice.a();
    loadingB_ = choice.b();
    const int number = ++loadNumber_;
    runInBackground<RunComparison>(
        this,
        [store = workspace_.store()->path(), a = loadingA_, b = loadingB_] { return readRunComparison(store, a, b); },
        [this, number](RunComparison comparison) {
            if (number == loadNumber_) accept(std::move(comparison));
        },
        [this, number](const QString& error) {
            if (number != loadNumber_) return;
            loadingA_ = loadingB_ = 0;
            notice_->showError(error);
        });
}

void ComparePage::accept(RunComparison comparison)
{
    loadingA_ = loadingB_ = 0;
    notice_->hide();
    shown_ = std::make_shared<RunComparison>(std::move(comparison));
    changes_ = metricChanges(shown_->a, shown_->b, shown_->comparison);
    copy_->setEnabled(true);
    stack_->setCurrentIndex(1);
    showMetrics();
    showSettings();
}

QString ComparePage::sentence() const
{
    return sentence_->text();
}

void ComparePage::showMetrics()
{
    const std::string quality = workspace_.request().yMetric;
    sentence_->setText(comparisonSentence(changes_, quality, workspace_.request().xMetric));
    std::vector<ValueTableModel::Row> rows;
    for (const MetricChange& change : changes_)
        rows.push_back(metricRow(change));
    metrics_->setRows(std::move(rows));
    metrics_->fitColumns(0);
    const MetricChange* headline = headlineChange(changes_, quality);
    if (!metrics_->currentKey().isValid() && headline) metrics_->selectKey(toQt(headline->info.name));
    showItems();
}

void ComparePage::showSettings()
{
    std::vector<ValueTableModel::Row> rows;
    for (const SettingDifference& setting : shown_->comparison.settings)
        rows.push_back({{ValueCell::words(toQt(setting.name)), ValueCell::words(joined(setting.a)),
                         ValueCell::words(joined(setting.b))},
                        toQt(setting.name)});
    settings_->setRows(std::move(rows));
    settings_->fitColumns(2);
}

void ComparePage::showItems()
{
    if (!shown_) return;
    const std::string metric = fromQt(metrics_->currentKey().toString());
    const MetricInfo info = metricInfo(metric);
    const Measurement* a = shown_->a.measurement(metric);
    const Measurement* b = shown_->b.measurement(metric);
    const std::vector<ComparedItem> items = a && b ? comparedItems(*a, *b) : std::vector<ComparedItem>();
    const std::optional<ItemFlips> flips = itemFlips(items);
    std::vector<ValueTableModel::Row> rows;
    for (const ComparedItem& item : items) {
        const double change = item.b - item.a;
        if (onlyChanged_->isChecked() && change == 0) continue;
        const bool gain = (change > 0) == (flips ? true : info.higherIsBetter);
        const CellTone tone = change == 0 ? CellTone::Muted : gain ? CellTone::Good : CellTone::Bad;
        const QString word = change == 0 ? tr("same")
                             : flips     ? (gain ? tr("▲ gained") : tr("▼ lost"))
                                         : (gain ? tr("▲ better") : tr("▼ worse"));
        const auto score = [&](double value) {
            return flips ? (value == 1 ? tr("right") : tr("wrong")) : formatNumber(value);
        };
        rows.push_back({{ValueCell::words(toQt(item.item)), ValueCell::number(score(item.a), item.a),
                         ValueCell::number(score(item.b), item.b),
                         ValueCell::number(formatChange(MetricInfo{}, change), change), ValueCell::words(word, tone)},
                        toQt(item.item)});
    }
    const QString title = toQt(info.title);
    if (items.empty())
        itemsTitle_->setText(tr("%1: no items that both runs have").arg(title));
    else if (flips)
        itemsTitle_->setText(
            tr("%1: %L2 gained, %L3 lost of %L4 items (McNemar p %5)")
                .arg(title)
                .arg(flips->gained)
                .arg(flips->lost)
                .arg(flips->items)
                .arg(flips->p < 0.0001 ? formatProbability(flips->p) : u"= "_s + formatProbability(flips->p)));
    else
        itemsTitle_->setText(tr("%1: scores of %L2 items").arg(title).arg(items.size()));
    items_->setRows(std::move(rows));
    items_->setColumnHidden(3, flips.has_value());
    items_->fitColumns(0);
}

QString ComparePage::asText() const
{
    if (!shown_) return {};
    const auto line = [](const QString& letter, const Run& run) {
        return u"%1: %2 (%3)\n"_s.arg(letter, toQt(run.request.recipe),
                                      tr("run %1 of %2").arg(run.id).arg(toQt(run.experiment)));
    };
    return line(u"A"_s, shown_->a) + line(u"B"_s, shown_->b) + sentence().replace(QChar::Nbsp, QChar::Space) +
           u"\n\n"_s + metrics_->asText(true) + u'\n' + settings_->asText(true) + u'\n' +
           itemsTitle_->text().replace(QChar::Nbsp, QChar::Space) + u'\n' + items_->asText(true);
}

} // namespace paretoscope
