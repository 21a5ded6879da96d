// A list over the window that is searched by typing: the command palette and the sheet of shortcuts.
#pragma once

#include <QFrame>
#include <QKeySequence>

#include <functional>
#include <vector>

class QLabel;
class QLineEdit;

namespace paretoscope {

class ValueTable;

// A child of the window; hides when it loses the focus, on Esc, and once something is chosen.
class OverlayList : public QFrame {
    Q_OBJECT
public:
    struct Entry {
        QString group; // "Compare"
        QString text;
        QString shortcut;
        std::function<void()> action; // empty: only to be read
    };

    OverlayList(const QString& title, const QString& placeholder, QWidget* window);

    void open(std::vector<Entry> entries);
    QLineEdit* field() const { return field_; }
    ValueTable& table() const { return *table_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    void search(const QString& words);
    void choose();
    void close();

    QLabel* title_;
    QLineEdit* field_;
    ValueTable* table_;
    std::vector<Entry> entries_;
    QWidget* cameFrom_ = nullptr;
};

} // namespace paretoscope
