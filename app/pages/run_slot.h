// One side of a comparison: its letter, the run in it, and whether it stays.
#pragma once

#include <QWidget>

class QToolButton;

namespace paretoscope {

class ElidedLabel;
struct Run;

class RunSlot : public QWidget {
    Q_OBJECT
public:
    RunSlot(const QString& letter, QWidget* parent);

    void setRun(const Run& run, bool pinned);
    void clear(const QString& hint); // says how to fill it
    QString text() const;
    QToolButton* pin() const { return pin_; }

private:
    QString letter_;
    ElidedLabel* recipe_;
    ElidedLabel* origin_;
    QToolButton* pin_;
};

} // namespace paretoscope
