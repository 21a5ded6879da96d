// A table of values to be read: what each cell says, what it sorts by, how it is meant.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QVariant>

#include <vector>

namespace paretoscope {

enum class CellTone { Plain, Muted, Good, Bad, Warning };

struct ValueCell {
    QString text;
    QVariant sort; // invalid = the text
    CellTone tone = CellTone::Plain;
    QString toolTip;

    // The number sorts, the text is read.
    static ValueCell number(const QString& text, double value) { return {text, value, CellTone::Plain, {}}; }
    static ValueCell words(const QString& text, CellTone tone = CellTone::Plain) { return {text, {}, tone, {}}; }
};

struct ValueColumn {
    QString title;
    bool numeric = false;
    QString toolTip;
};

// Up to some ten thousand rows; each row has a cell for every column and a key of the owner's choice.
class ValueTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { SortRole = Qt::UserRole, KeyRole };

    struct Row {
        std::vector<ValueCell> cells;
        QVariant key;
    };

    explicit ValueTableModel(std::vector<ValueColumn> columns, QObject* parent = nullptr);

    void setRows(std::vector<Row> rows);
    const std::vector<Row>& rows() const { return rows_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<ValueColumn> columns_;
    std::vector<Row> rows_;
};

} // namespace paretoscope
