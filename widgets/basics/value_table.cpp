#include "widgets/basics/value_table.h"

#include "widgets/theme/spacing.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QScrollBar>
#include <QSortFilterProxyModel>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

ValueTable::ValueTable(const QString& accessibleName, std::vector<ValueColumn> columns, QWidget* parent)
    : QTableView(parent)
    , model_(new ValueTableModel(std::move(columns), this))
    , sorted_(new QSortFilterProxyModel(this))
{
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(ValueTableModel::SortRole);
    sorted_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    sorted_->setFilterKeyColumn(-1);
    setModel(sorted_);
    setAccessibleName(accessibleName);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setShowGrid(false);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + spacing().small);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    setSortingEnabled(true);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
        if (!filling_ && index.isValid()) Q_EMIT keyChosen(index.data(ValueTableModel::KeyRole));
    });
}

void ValueTable::setRows(std::vector<ValueTableModel::Row> rows)
{
    const QVariant key = currentKey();
    const int place = verticalScrollBar()->value();
    filling_ = true;
    model_->setRows(std::move(rows));
    if (key.isValid()) selectKey(key);
    verticalScrollBar()->setValue(place);
    filling_ = false;
}

void ValueTable::setFilter(const QString& words)
{
    sorted_->setFilterFixedString(words.trimmed());
}

void ValueTable::fitColumns(int stretched)
{
    constexpr int widestCharacters = 40;
    const int columns = model_->columnCount();
    QFont titleFont = horizontalHeader()->font();
    titleFont.setBold(true); // as the style sheet draws it
    const QFontMetrics titles(titleFont);
    for (int column = 0; column < columns; ++column) {
        const QString title = model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        const int least = titles.horizontalAdvance(title) + charactersWide(3);
        const int wanted = std::min(sizeHintForColumn(column) + charactersWide(1), charactersWide(widestCharacters));
        setColumnWidth(column, std::max(least, wanted));
    }
    stretched_ = stretched;
    natural_ = stretched >= 0 ? columnWidth(stretched) : 0;
    stretch();
}

// One column takes the room that is left, but never less than it needs: then one scrolls.
void ValueTable::stretch()
{
    if (stretched_ < 0) return;
    int others = 0;
    for (int column = 0; column < model_->columnCount(); ++column)
        if (column != stretched_ && !isColumnHidden(column)) others += columnWidth(column);
    setColumnWidth(stretched_, std::max(natural_, viewport()->width() - others));
}

void ValueTable::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    stretch();
}

QVariant ValueTable::currentKey() const
{
    return currentIndex().isValid() ? currentIndex().data(ValueTableModel::KeyRole) : QVariant();
}

void ValueTable::selectKey(const QVariant& key)
{
    const bool before = std::exchange(filling_, true);
    for (int row = 0; row < sorted_->rowCount(); ++row)
        if (sorted_->index(row, 0).data(ValueTableModel::KeyRole) == key) {
            selectRow(row);
            break;
        }
    filling_ = before;
}

int ValueTable::shownRows() const
{
    return sorted_->rowCount();
}

QString ValueTable::asText(bool all) const
{
    std::vector<int> rows;
    if (!all)
        for (const QModelIndex& index : selectionModel()->selectedRows())
            rows.push_back(index.row());
    std::sort(rows.begin(), rows.end());
    if (rows.empty())
        for (int row = 0; row < sorted_->rowCount(); ++row)
            rows.push_back(row);
    const auto line = [&](const auto& cell) {
        QStringList cells;
        for (int column = 0; column < sorted_->columnCount(); ++column)
            cells
                << cell(column).toString().replace(QChar::Nbsp, QChar::Space).replace(u'\t', u' ').replace(u'\n', u' ');
        return cells.join(u'\t') + u'\n';
    };
    QString text = line([&](int column) { return sorted_->headerData(column, Qt::Horizontal); });
    for (const int row : rows)
        text += line([&](int column) { return sorted_->index(row, column).data(); });
    return text;
}

void ValueTable::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(asText());
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace paretoscope
