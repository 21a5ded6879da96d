// What happened since the window opened.
#pragma once

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLineEdit;
class QStackedWidget;

namespace paretoscope {

class LogBook;
class ValueTable;

class LogPage : public QWidget {
    Q_OBJECT
public:
    explicit LogPage(LogBook& book, QWidget* parent = nullptr);

    ValueTable& table() const { return *table_; }
    QComboBox* levelBox() const { return level_; }
    QLineEdit* filter() const { return filter_; }

private:
    void refresh();

    LogBook& book_;
    QComboBox* level_;
    QLineEdit* filter_;
    QStackedWidget* stack_;
    ValueTable* table_;
    QTimer pause_; // many messages, one refresh
};

} // namespace paretoscope
