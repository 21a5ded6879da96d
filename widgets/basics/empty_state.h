// What a page shows while it has nothing to show: why, and the next step.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace paretoscope {

class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(const QString& icon, const QString& title, const QString& text,
               QWidget* parent = nullptr);

    void setText(const QString& title, const QString& text);
    // The first is the primary action.
    QPushButton* addAction(const QString& text);

private:
    QLabel* icon_;
    QLabel* title_;
    QLabel* text_;
    QVBoxLayout* actions_;
    QString iconName_;
};

} // namespace paretoscope
