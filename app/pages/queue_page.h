// The run queue: what runs, what waits, what broke, and what to do about it.
#pragma once

#include <QList>
#include <QWidget>

class QLabel;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace paretoscope {

class NoticeBar;
class QueueModel;
class Workspace;

class QueuePage : public QWidget {
    Q_OBJECT
public:
    explicit QueuePage(Workspace& workspace, QWidget* parent = nullptr);

    QTableView* view() const { return view_; }
    QueueModel& model() const { return *model_; }
    NoticeBar& notice() const { return *notice_; }

public Q_SLOTS:
    void cancelSelected();
    void retrySelected();
    void retryAllFailed();

private:
    void build();
    void connectRuns();
    void refresh();
    void refreshButtons();
    // Runs of the selection whose state is one of those.
    QList<qint64> selected(bool open) const;

    Workspace& workspace_;
    QueueModel* model_;
    QTableView* view_;
    QLabel* count_;
    QToolButton* cancel_;
    QToolButton* retry_;
    QToolButton* retryAll_;
    NoticeBar* notice_;
    QStackedWidget* stack_;
};

} // namespace paretoscope
