// The queue in one line, for the status bar: what runs, how far, how long still.
#pragma once

#include "core/run/scheduler.h"

#include <QWidget>

#include <map>

class QLabel;
class QProgressBar;
class QToolButton;

namespace paretoscope {

class Workspace;

class QueueBar : public QWidget {
    Q_OBJECT
public:
    explicit QueueBar(Workspace& workspace, QWidget* parent = nullptr);

    QString text() const;
    QToolButton* pauseButton() const { return pause_; }
    QToolButton* cancelButton() const { return cancel_; }

public Q_SLOTS:
    void togglePause();

Q_SIGNALS:
    void cancelRequested(); // of everything that runs or waits

private:
    void connectRuns();
    void refresh();
    double secondsLeft() const; // -1 unknown

    Workspace& workspace_;
    QLabel* label_;
    QProgressBar* bar_;
    QToolButton* pause_;
    QToolButton* cancel_;
    std::map<int64_t, RunProgress> running_;
};

} // namespace paretoscope
