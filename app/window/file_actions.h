// Opening and writing files, asked for by menus, drops and empty states.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

class QWidget;

namespace paretoscope {

class FrontierPage;
class RunsPage;
class Workspace;

// Dialogs go through app/dialogs.h; errors appear on the page they are about.
class FileActions : public QObject {
    Q_OBJECT
public:
    FileActions(Workspace& workspace, FrontierPage& frontier, RunsPage& runs, QWidget* window);

    // A model or a store, told apart by what is in it.
    void open(const QString& path);
    static bool looksLikeStore(const QString& path);
    // share/paretoscope beside bin/: where the built-in texts and experiments lie.
    static QString shareFolder();

public Q_SLOTS:
    void openModel();
    void openModelFolder();
    void openStore();
    void newStore();
    void exportChart();
    void exportTable();
    void runDemo();

private:
    QString folder() const;
    void rememberFolder(const QString& file);
    QString suggestedFile(const QString& ending) const;

    Workspace& workspace_;
    FrontierPage& frontier_;
    RunsPage& runs_;
    QWidget* window_;
};

} // namespace paretoscope
