#include "widgets/models/run_table_model.h"

#include "widgets/basics/text.h"
#include "widgets/theme/theme.h"

#include <QFont>

#include <algorithm>

namespace paretoscope {

namespace {

constexpr size_t mostFetched = 4096;
// Beyond this, one reset is cheaper than many insertions.
constexpr size_t mostInsertions = 32;

Qt::Alignment alignmentOf(const RunColumn& column)
{
    return Qt::AlignVCenter | (column.numeric() ? Qt::AlignRight : Qt::AlignLeft);
}

QVariant stateColor(RunState state)
{
    const ThemeColors& colors = Theme::instance().colors();
    switch (state) {
    case RunState::Failed: return colors.bad;
    case RunState::Running: return colors.accent;
    case RunState::Queued:
    case RunState::Cancelled: return colors.muted;
    case RunState::Done: return {};
    }
    return {};
}

} // namespace

RunTableModel::RunTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunTableModel::setFetch(Fetch fetch)
{
    beginResetModel();
    fetch_ = std::move(fetch);
    fetched_.clear();
    ids_.clear();
    indexRows();
    endResetModel();
}

void RunTableModel::setRows(std::vector<int64_t> ids)
{
    fetched_.clear();
    if (ids != ids_ && !insertNewRows(ids) && !permuteRows(ids)) {
        beginResetModel();
        ids_ = std::move(ids);
        indexRows();
        endResetModel();
        return;
    }
    if (!ids_.empty() && !columns_.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

// When the old rows are all there in the old order, the others are inserted around them.
bool RunTableModel::insertNewRows(const std::vector<int64_t>& ids)
{
    if (ids.size() <= ids_.size() || ids_.empty()) return false;
    std::vector<std::pair<size_t, size_t>> blocks; // first, count
    size_t old = 0;
    for (size_t i = 0; i < ids.size(); ++i) {
        if (old < ids_.size() && ids[i] == ids_[old]) {
            ++old;
            continue;
        }
        const bool goesOn = !blocks.empty() && blocks.back().first + blocks.back().second == i;
        if (goesOn) ++blocks.back().second;
        else blocks.push_back({i, 1});
    }
    if (old != ids_.size() || blocks.size() > mostInsertions) return false;
    for (const auto& [first, count] : blocks) {
        beginInsertRows({}, int(first), int(first + count - 1));
        ids_.insert(ids_.begin() + ptrdiff_t(first), ids.begin() + ptrdiff_t(first),
                    ids.begin() + ptrdiff_t(first + count));
        indexRows();
        endInsertRows();
    }
    return true;
}

// The same runs in another order: sorting, or a value that moved a run.
bool RunTableModel::permuteRows(const std::vector<int64_t>& ids)
{
    if (ids.size() != ids_.size() || ids_.empty()) return false;
    for (const int64_t id : ids)
        if (!rowOf_.contains(id)) return false;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const std::vector<int64_t> before = ids_;
    ids_ = ids;
    indexRows();
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    for (const QModelIndex& old : from)
        to << index(rowOf_.at(before[size_t(old.row())]), old.column());
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    return true;
}

void RunTableModel::indexRows()
{
    rowOf_.clear();
    rowOf_.reserve(ids_.size());
    for (size_t i = 0; i < ids_.size(); ++i) rowOf_[ids_[i]] = int(i);
}

void RunTableModel::setColumns(std::vector<RunColumn> columns)
{
    if (columns == columns_) return;
    beginResetModel();
    columns_ = std::move(columns);
    endResetModel();
}

int RunTableModel::rowOf(int64_t run) const
{
    const auto row = rowOf_.find(run);
    return row == rowOf_.end() ? -1 : row->second;
}

int RunTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(ids_.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(columns_.size());
}

const Run* RunTableModel::runAt(int row) const
{
    const int64_t id = ids_[size_t(row)];
    auto found = fetched_.find(id);
    if (found == fetched_.end() && fetch_) {
        if (fetched_.size() > mostFetched) fetched_.clear();
        const size_t first = size_t(row) / pageSize * pageSize;
        const size_t last = std::min(first + pageSize, ids_.size());
        std::vector<int64_t> wanted(ids_.begin() + ptrdiff_t(first), ids_.begin() + ptrdiff_t(last));
        for (Run& run : fetch_(wanted)) {
            const int64_t key = run.id;
            fetched_[key] = std::move(run);
        }
        // What is gone is remembered as empty, so that it is not asked for again.
        for (const int64_t key : wanted) fetched_.try_emplace(key);
        found = fetched_.find(id);
    }
    return found == fetched_.end() || found->second.id == 0 ? nullptr : &found->second;
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount()) return {};
    if (role == RunIdRole) return qint64(ids_[size_t(index.row())]);
    const RunColumn& column = columns_[size_t(index.column())];
    if (role == Qt::TextAlignmentRole) return int(alignmentOf(column));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::ForegroundRole
        && role != StateRole && role != Qt::FontRole)
        return {};
    const Run* run = runAt(index.row());
    if (!run) return {};
    switch (role) {
    case Qt::DisplayRole: return column.text(*run);
    case Qt::ToolTipRole:
        return column.kind == RunColumn::Kind::State && !run->error.empty() ? reasonText(*run)
                                                                            : column.text(*run);
    case Qt::ForegroundRole:
        return column.kind == RunColumn::Kind::State ? stateColor(run->state) : QVariant();
    case StateRole: return int(run->state);
    case Qt::FontRole: {
        if (!run->baseline()) return {};
        QFont font;
        font.setItalic(true);
        return font;
    }
    default: return {};
    }
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const RunColumn& column = columns_[size_t(section)];
    switch (role) {
    case Qt::DisplayRole: return column.title();
    case Qt::ToolTipRole: return column.toolTip();
    case Qt::TextAlignmentRole: return int(alignmentOf(column));
    default: return {};
    }
}

void RunTableModel::sort(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= columnCount()) return;
    const std::string name = columns_[size_t(column)].sortName();
    if (!name.empty()) Q_EMIT sortRequested(toQt(name), order == Qt::DescendingOrder);
}

} // namespace paretoscope
