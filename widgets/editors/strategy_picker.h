// All strategies by family, to search, read about and choose from.
#pragma once

#include <QWidget>

#include <string>

class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace paretoscope {

class StrategyPicker : public QWidget {
    Q_OBJECT
public:
    explicit StrategyPicker(QWidget* parent = nullptr);

    // Fills the list from the registry; call when strategies were loaded.
    void reload();
    void startChoosing(); // clears the filter, takes the focus
    std::string current() const; // id, or empty
    void setFilter(const QString& text);

Q_SIGNALS:
    void chosen(const QString& strategy);
    void cancelled();

private:
    void filter(const QString& text);
    void describe();
    void choose();

    QLineEdit* search_;
    QTreeWidget* tree_;
    QLabel* description_;
    QPushButton* add_;
};

} // namespace paretoscope
