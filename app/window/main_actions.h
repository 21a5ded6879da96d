// Menus, toolbar and shortcuts of the main window.
#pragma once

#include <QObject>

class QAction;
class QMainWindow;
class QMenu;

namespace paretoscope {

class FileActions;
class Workspace;

class MainActions : public QObject {
    Q_OBJECT
public:
    MainActions(Workspace& workspace, FileActions& files, QMainWindow* window);

    QAction* newExperiment() const { return newExperiment_; }
    QAction* pauseQueue() const { return pauseQueue_; }
    QAction* findRuns() const { return findRuns_; }
    QAction* chartEditor() const { return chartEditor_; }
    QMenu* viewMenu() const { return viewMenu_; }
    QMenu* helpMenu() const { return helpMenu_; }

private:
    void buildFileMenu();
    void buildExperimentMenu();
    void buildViewMenu();
    void buildHelpMenu();
    void buildToolBar();
    void fillRecentModels(QMenu& menu);
    void fillRecentStores(QMenu& menu);
    void about();
    QAction* make(const QString& icon, const QString& text, const QString& shortcut);

    Workspace& workspace_;
    FileActions& files_;
    QMainWindow* window_;
    QAction* openModel_;
    QAction* openModelFolder_;
    QAction* openStore_;
    QAction* newStore_;
    QAction* exportChart_;
    QAction* exportTable_;
    QAction* demo_;
    QAction* quit_;
    QAction* newExperiment_;
    QAction* pauseQueue_;
    QAction* findRuns_;
    QAction* chartEditor_;
    QMenu* viewMenu_ = nullptr;
    QMenu* helpMenu_ = nullptr;
};

} // namespace paretoscope
