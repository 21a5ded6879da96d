// The run table: filtered and sorted by the store, columns chosen here.
#pragma once

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace paretoscope {

class EmptyState;
class NoticeBar;
class RunTableModel;
class Workspace;
struct RunColumn;

class RunsPage : public QWidget {
    Q_OBJECT
public:
    explicit RunsPage(Workspace& workspace, QWidget* parent = nullptr);

    QTableView* view() const { return view_; }
    RunTableModel& model() const { return *model_; }
    QLineEdit* filter() const { return filter_; }
    QToolButton* onlyDiffering() const { return onlyDiffering_; }
    NoticeBar& notice() const { return *notice_; }

Q_SIGNALS:
    void exportRequested();

private:
    void build();
    void connectAll();
    void refresh();
    void chooseColumns();
    void fillColumnMenu();
    std::vector<RunColumn> wantedColumns() const;
    void selectFromWorkspace(bool scroll);
    void selectFromView();
    void fitColumns();

    Workspace& workspace_;
    RunTableModel* model_;
    QTableView* view_;
    QLineEdit* filter_;
    QLabel* count_;
    QToolButton* onlyDiffering_;
    QToolButton* columns_;
    QToolButton* export_;
    NoticeBar* notice_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QMenu* columnMenu_;
    QTimer filterPause_;
    bool selecting_ = false;
};

} // namespace paretoscope
