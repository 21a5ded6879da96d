// The saved experiments of the store: which are shown, and what they are called.
#pragma once

#include <QWidget>

class QLabel;
class QListView;
class QToolButton;

namespace paretoscope {

class ExperimentModel;
class NoticeBar;
class Workspace;
struct Experiment;

class ExperimentsPage : public QWidget {
    Q_OBJECT
public:
    explicit ExperimentsPage(Workspace& workspace, QWidget* parent = nullptr);

    QListView* view() const { return view_; }
    ExperimentModel& model() const { return *model_; }

public Q_SLOTS:
    void rename();
    void editTags();
    void editNote();
    void toggleArchived();

private:
    void build();
    void refresh();
    void refreshButtons();
    const Experiment* current() const;
    void showMenu(const QPoint& place);

    Workspace& workspace_;
    ExperimentModel* model_;
    QListView* view_;
    NoticeBar* notice_;
    QLabel* empty_;
    QToolButton* rename_;
    QToolButton* tags_;
    QToolButton* note_;
    QToolButton* archive_;
    QToolButton* showArchived_;
};

} // namespace paretoscope
