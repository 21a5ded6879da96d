// The main window: puts the pages side by side and connects what they ask for. Pages look after
// themselves.
#pragma once

#include "app/services/workspace.h"

#include <QMainWindow>

class QSplitter;
class QTabWidget;

namespace paretoscope {

class ChartEditor;
class CompareActions;
class ComparePage;
class DetailsPage;
class DimensionsPage;
class ExperimentsPage;
class FileActions;
class FrontierPage;
class LogBook;
class LogPage;
class MainActions;
class MeasurementsPage;
class ModelPage;
class PluginsPage;
class QueueBar;
class QueuePage;
class RecipePage;
class RunsPage;
class SavedViews;
class ViewActions;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(ProgramSettings& settings, std::vector<std::string> workerCommand);
    ~MainWindow() override;

    Workspace& workspace() { return workspace_; }
    FileActions& files() { return *files_; }
    MainActions& actions() { return *actions_; }
    ViewActions& viewActions() { return *viewActions_; }
    SavedViews& views() { return *views_; }
    LogBook& logBook() { return *logBook_; }
    LogPage& log() { return *log_; }
    PluginsPage& plugins() { return *plugins_; }
    ChartEditor& chartEditor(); // made when it is first asked for
    ExperimentsPage& experiments() { return *experiments_; }
    FrontierPage& frontier() { return *frontier_; }
    RunsPage& runs() { return *runs_; }
    QueuePage& queue() { return *queue_; }
    QueueBar& queueBar() { return *queueBar_; }
    ModelPage& model() { return *model_; }
    RecipePage& recipe() { return *recipe_; }
    ComparePage& compare() { return *compare_; }
    DimensionsPage& dimensions() { return *dimensions_; }
    MeasurementsPage& measurements() { return *measurements_; }
    DetailsPage& details() { return *details_; }

    void showPage(QWidget* page); // to the front of its tabs
    void showPageNamed(const QString& name); // "frontier", "compare", "model", "recipe", ...

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    void connectAll();
    void connectCharts();
    void connectViews();
    void restoreLayout();
    void keepLayout();
    void retitle();
    void newExperiment();
    void cancelQueue();

    Workspace workspace_;
    ExperimentsPage* experiments_;
    FrontierPage* frontier_;
    RunsPage* runs_;
    QueuePage* queue_;
    ModelPage* model_;
    RecipePage* recipe_;
    DetailsPage* details_;
    ComparePage* compare_;
    DimensionsPage* dimensions_;
    MeasurementsPage* measurements_;
    LogBook* logBook_;
    LogPage* log_;
    PluginsPage* plugins_;
    QueueBar* queueBar_;
    QSplitter* columns_;
    QSplitter* centre_;
    QTabWidget* upper_;
    QTabWidget* lower_;
    QTabWidget* right_;
    FileActions* files_;
    MainActions* actions_;
    CompareActions* compareActions_;
    SavedViews* views_;
    ViewActions* viewActions_;
    ChartEditor* chartEditor_ = nullptr;
};

} // namespace paretoscope
