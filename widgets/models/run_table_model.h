// Any number of runs as a table: ids of all, whole runs only of the rows that are looked at.
#pragma once

#include "core/experiment/experiment.h"
#include "widgets/models/run_columns.h"

#include <QAbstractTableModel>

#include <functional>
#include <unordered_map>
#include <vector>

namespace paretoscope {

class RunTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { RunIdRole = Qt::UserRole, StateRole };

    // Reads runs by id; called while painting, with at most `pageSize` ids at a time. Runs that are
    // gone are left out of the answer.
    using Fetch = std::function<std::vector<Run>(const std::vector<int64_t>& ids)>;

    explicit RunTableModel(QObject* parent = nullptr);

    void setFetch(Fetch fetch);
    // The rows, in order. Rows that stay keep their selection and the view its place; whatever was
    // fetched is read anew.
    void setRows(std::vector<int64_t> ids);
    void setColumns(std::vector<RunColumn> columns);
    const std::vector<RunColumn>& columns() const { return columns_; }
    const std::vector<int64_t>& rows() const { return ids_; }
    int rowOf(int64_t run) const; // -1 when it is not shown

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override; // emits; the rows come by setRows

    static constexpr int pageSize = 64;

Q_SIGNALS:
    void sortRequested(const QString& sortBy, bool descending);

private:
    const Run* runAt(int row) const;
    bool insertNewRows(const std::vector<int64_t>& ids);
    bool permuteRows(const std::vector<int64_t>& ids);
    void indexRows();

    Fetch fetch_;
    std::vector<int64_t> ids_;
    std::unordered_map<int64_t, int> rowOf_;
    std::vector<RunColumn> columns_;
    mutable std::unordered_map<int64_t, Run> fetched_;
};

} // namespace paretoscope
