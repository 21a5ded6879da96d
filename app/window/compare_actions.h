// The menu about comparing: pins, swapping, showing.
#pragma once

#include <QObject>

class QAction;
class QMainWindow;
class QWidget;

namespace paretoscope {

class Workspace;

class CompareActions : public QObject {
    Q_OBJECT
public:
    CompareActions(Workspace& workspace, QMainWindow* window);

    // As the context menu of a view of runs.
    void addTo(QWidget* view);

Q_SIGNALS:
    void compareRequested(); // bring the comparison to the front

private:
    void refresh();

    Workspace& workspace_;
    QAction* compare_;
    QAction* pinA_;
    QAction* pinB_;
    QAction* swap_;
    QAction* unpin_;
};

} // namespace paretoscope
