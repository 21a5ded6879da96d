#include "widgets/models/value_table_model.h"

#include "widgets/theme/theme.h"

namespace paretoscope {

namespace {

QVariant toneColor(CellTone tone)
{
    const ThemeColors& colors = Theme::instance().colors();
    switch (tone) {
    case CellTone::Plain:
        return {};
    case CellTone::Muted:
        return colors.muted;
    case CellTone::Good:
        return colors.good;
    case CellTone::Bad:
        return colors.bad;
    case CellTone::Warning:
        return colors.warning;
    }
    return {};
}

} // namespace

ValueTableModel::ValueTableModel(std::vector<ValueColumn> columns, QObject* parent)
    : QAbstractTableModel(parent)
    , columns_(std::move(columns))
{
}

void ValueTableModel::setRows(std::vector<Row> rows)
{
    beginResetModel();
    rows_ = std::move(rows);
    for (Row& row : rows_)
        row.cells.resize(columns_.size());
    endResetModel();
}

int ValueTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(rows_.size());
}

int ValueTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(columns_.size());
}

QVariant ValueTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount()) return {};
    const Row& row = rows_[size_t(index.row())];
    const ValueCell& cell = row.cells[size_t(index.column())];
    switch (role) {
    case Qt::DisplayRole:
        return cell.text;
    case Qt::ToolTipRole:
        return cell.toolTip.isEmpty() ? cell.text : cell.toolTip;
    case Qt::ForegroundRole:
        return toneColor(cell.tone);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (columns_[size_t(index.column())].numeric ? Qt::AlignRight : Qt::AlignLeft));
    case SortRole:
        return cell.sort.isValid() ? cell.sort : QVariant(cell.text);
    case KeyRole:
        return row.key;
    default:
        return {};
    }
}

QVariant ValueTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const ValueColumn& column = columns_[size_t(section)];
    if (role == Qt::DisplayRole) return column.title;
    if (role == Qt::ToolTipRole) return column.toolTip.isEmpty() ? column.title : column.toolTip;
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignVCenter | (column.numeric ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

} // namespace paretoscope
