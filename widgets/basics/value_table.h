// The view of a ValueTableModel: sorted by its headers, copied with Ctrl+C.
#pragma once

#include "widgets/models/value_table_model.h"

#include <QTableView>

class QSortFilterProxyModel;

namespace paretoscope {

// Rows keep the order they came in until a header is clicked.
class ValueTable : public QTableView {
    Q_OBJECT
public:
    ValueTable(const QString& accessibleName, std::vector<ValueColumn> columns, QWidget* parent);

    ValueTableModel& values() const { return *model_; }
    void setRows(std::vector<ValueTableModel::Row> rows); // keeps the selected key and the place
    void setFilter(const QString& words);                 // rows that contain them in any cell
    void fitColumns(int stretched);                       // to what they hold; one takes the rest
    QVariant currentKey() const;                          // invalid without a current row
    void selectKey(const QVariant& key);
    int shownRows() const;

    // Tab-separated, with the titles: the selected rows, or all where none is selected or `all`.
    QString asText(bool all = false) const;

Q_SIGNALS:
    void keyChosen(const QVariant& key); // the current row is another one, by the user

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    ValueTableModel* model_;
    QSortFilterProxyModel* sorted_;
    void stretch();

    bool filling_ = false;
    int stretched_ = -1;
    int natural_ = 0; // width that the stretched column needs
};

} // namespace paretoscope
