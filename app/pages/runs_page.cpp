#include "app/pages/runs_page.h"

#include "app/services/workspace.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/models/run_table_model.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QStackedWidget>
#include <QTableView>

#include <algorithm>
#include <chrono>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

constexpr std::chrono::milliseconds filterPause{150};
// Rows that are selected in the table when a box of the chart holds very many points.
constexpr int mostSelectedRows = 2000;

bool contains(const std::vector<std::string>& names, const std::string& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

RunsPage::RunsPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , model_(new RunTableModel(this))
    , view_(new QTableView(this))
    , filter_(new QLineEdit(this))
    , count_(makeLabel(QString(), "muted", this, false))
    , onlyDiffering_(new QToolButton(this))
    , columns_(makeIconButton(u"columns"_s, tr("Choose the columns"), this))
    , export_(makeIconButton(u"export"_s, tr("Export the table"), this))
    , notice_(new NoticeBar(this))
    , stack_(new QStackedWidget(this))
    , empty_(new EmptyState(u"columns"_s, QString(), QString(), this))
    , columnMenu_(new QMenu(this))
{
    build();
    connectAll();
    refresh();
}

void RunsPage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    model_->setFetch([this](const std::vector<int64_t>& ids) { return workspace_.runsById(ids); });
    view_->setModel(model_);
    view_->setAccessibleName(tr("Runs"));
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setShowGrid(false);
    view_->setWordWrap(false);
    view_->setTextElideMode(Qt::ElideMiddle);
    view_->setTabKeyNavigation(false);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + spacing().small);
    view_->horizontalHeader()->setHighlightSections(false);
    view_->horizontalHeader()->setSectionsMovable(true);
    view_->horizontalHeader()->setStretchLastSection(true);
    view_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    view_->setSortingEnabled(true);
    filter_->setPlaceholderText(tr("Filter by recipe, experiment or error"));
    filter_->setAccessibleName(tr("Filter the runs"));
    filter_->setClearButtonEnabled(true);
    onlyDiffering_->setText(tr("Only what differs"));
    onlyDiffering_->setAccessibleName(tr("Show only columns whose values differ"));
    onlyDiffering_->setToolTip(tr("Hide columns that say the same in every run"));
    onlyDiffering_->setCheckable(true);
    onlyDiffering_->setChecked(workspace_.settings().get(settings::onlyDiffering));
    columns_->setPopupMode(QToolButton::InstantPopup);
    columns_->setMenu(columnMenu_);
    stack_->addWidget(empty_);
    stack_->addWidget(view_);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(spacing().medium, spacing().tiny, spacing().tiny, spacing().tiny);
    header->setSpacing(spacing().small);
    header->addWidget(filter_, 1);
    header->addWidget(count_);
    for (QToolButton* button : {onlyDiffering_, columns_, export_}) header->addWidget(button);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(notice_);
    layout->addWidget(stack_, 1);
}

void RunsPage::connectAll()
{
    filterPause_.setSingleShot(true);
    filterPause_.setInterval(filterPause);
    connect(filter_, &QLineEdit::textChanged, &filterPause_, qOverload<>(&QTimer::start));
    connect(&filterPause_, &QTimer::timeout, this,
            [this] { workspace_.setFilter(filter_->text()); });
    connect(onlyDiffering_, &QToolButton::toggled, this, [this](bool on) {
        workspace_.settings().set(settings::onlyDiffering, on);
        chooseColumns();
    });
    connect(columnMenu_, &QMenu::aboutToShow, this, &RunsPage::fillColumnMenu);
    connect(export_, &QToolButton::clicked, this, &RunsPage::exportRequested);
    connect(model_, &RunTableModel::sortRequested, &workspace_, &Workspace::setSort);
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RunsPage::selectFromView);
    connect(view_, &QTableView::activated, this, [this](const QModelIndex& index) {
        workspace_.showMeasurements(index.data(RunTableModel::RunIdRole).toLongLong());
    });
    connect(&workspace_, &Workspace::snapshotChanged, this, &RunsPage::refresh);
    connect(&workspace_, &Workspace::selectionChanged, this,
            [this] { selectFromWorkspace(true); });
    connect(&workspace_, &Workspace::storeOpened, this, [this] {
        const QSignalBlocker quiet(filter_);
        filter_->clear();
    });
}

void RunsPage::refresh()
{
    const Snapshot& snapshot = workspace_.snapshot();
    // A view that was saved brings its filter along.
    if (!filterPause_.isActive() && !filter_->hasFocus()
        && fromQt(filter_->text().trimmed()) != snapshot.request.filter) {
        const QSignalBlocker quiet(filter_);
        filter_->setText(toQt(snapshot.request.filter));
    }
    chooseColumns();
    selecting_ = true; // rows that move are no choice of the user
    model_->setRows(snapshot.rows);
    selecting_ = false;
    selectFromWorkspace(false);
    const size_t rows = snapshot.rows.size();
    count_->setText(rows == 1 ? tr("1 run") : tr("%L1 runs").arg(rows));
    export_->setEnabled(rows > 0);
    if (!snapshot.request.filter.empty())
        empty_->setText(tr("No run matches"), tr("Clear the filter to see all runs."));
    else
        empty_->setText(tr("No runs to show"), tr("Runs of the ticked experiments are listed here."));
    stack_->setCurrentIndex(rows > 0 ? 1 : 0);
}

std::vector<RunColumn> RunsPage::wantedColumns() const
{
    using Kind = RunColumn::Kind;
    const Snapshot& snapshot = workspace_.snapshot();
    const QStringList hidden = workspace_.settings().get(settings::hiddenColumns);
    const bool differing = onlyDiffering_->isChecked() && snapshot.rows.size() > 1;
    std::vector<RunColumn> columns;
    for (const RunColumn& column : allRunColumns(snapshot.settings, snapshot.metrics)) {
        if (hidden.contains(toQt(column.key()))) continue;
        if (differing) {
            if (column.kind == Kind::Metric && !contains(snapshot.differingMetrics, column.name)) continue;
            if (column.kind == Kind::Setting && !contains(snapshot.differingSettings, column.name)) continue;
            if (column.kind == Kind::Experiment && snapshot.request.shown.size() < 2) continue;
        }
        columns.push_back(column);
    }
    return columns;
}

void RunsPage::chooseColumns()
{
    const std::vector<RunColumn> columns = wantedColumns();
    if (columns == model_->columns()) return;
    selecting_ = true;
    const QSignalBlocker quiet(view_->horizontalHeader());
    model_->setColumns(columns);
    selecting_ = false;
    fitColumns();
    selectFromWorkspace(false);
}

void RunsPage::fitColumns()
{
    const std::vector<RunColumn>& columns = model_->columns();
    QFont titleFont = view_->horizontalHeader()->font();
    titleFont.setBold(true); // as the style sheet draws it
    const QFontMetrics titles(titleFont);
    for (size_t i = 0; i < columns.size(); ++i) {
        const int characters = columns[i].kind == RunColumn::Kind::Recipe       ? 38
                         : columns[i].kind == RunColumn::Kind::Experiment ? 20
                         : columns[i].kind == RunColumn::Kind::Id         ? 6
                         : columns[i].kind == RunColumn::Kind::Metric     ? 17
                                                                          : 10;
        const int title = titles.horizontalAdvance(columns[i].title()) + charactersWide(3);
        view_->setColumnWidth(int(i), std::max(charactersWide(characters), title));
    }
}

void RunsPage::fillColumnMenu()
{
    columnMenu_->clear();
    const Snapshot& snapshot = workspace_.snapshot();
    const QStringList hidden = workspace_.settings().get(settings::hiddenColumns);
    for (const RunColumn& column : allRunColumns(snapshot.settings, snapshot.metrics)) {
        const QString key = toQt(column.key());
        QAction* action = columnMenu_->addAction(column.title());
        action->setCheckable(true);
        action->setChecked(!hidden.contains(key));
        connect(action, &QAction::toggled, this, [this, key](bool shown) {
            QStringList keys = workspace_.settings().get(settings::hiddenColumns);
            keys.removeAll(key);
            if (!shown) keys << key;
            workspace_.settings().set(settings::hiddenColumns, keys);
            chooseColumns();
        });
    }
    columnMenu_->addSeparator();
    columnMenu_->addAction(tr("Show all columns"), this, [this] {
        workspace_.settings().set(settings::hiddenColumns, QStringList());
        onlyDiffering_->setChecked(false);
        chooseColumns();
    });
}

void RunsPage::selectFromView()
{
    if (selecting_) return;
    QList<qint64> runs;
    for (const QModelIndex& index : view_->selectionModel()->selectedRows())
        runs << index.data(RunTableModel::RunIdRole).toLongLong();
    selecting_ = true;
    workspace_.select(runs);
    selecting_ = false;
}

void RunsPage::selectFromWorkspace(bool scroll)
{
    if (selecting_ || model_->columnCount() == 0) return;
    QItemSelection selection;
    QModelIndex first;
    int count = 0;
    for (const qint64 run : workspace_.selection()) {
        const int row = model_->rowOf(run);
        if (row < 0 || ++count > mostSelectedRows) continue;
        const QModelIndex index = model_->index(row, 0);
        selection.select(index, index);
        if (!first.isValid() || row < first.row()) first = index;
    }
    selecting_ = true;
    view_->selectionModel()->select(
        selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (scroll && first.isValid()) view_->scrollTo(first);
    selecting_ = false;
}

} // namespace paretoscope
