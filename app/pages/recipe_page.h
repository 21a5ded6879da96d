// A new experiment: model, recipe and sweep, what is measured, and the start.
#pragma once

#include "core/experiment/experiment.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QVBoxLayout;

namespace paretoscope {

class FileField;
class NoticeBar;
class RecipeEditor;
class TaskEditor;
class Workspace;

class RecipePage : public QWidget {
    Q_OBJECT
public:
    explicit RecipePage(Workspace& workspace, QWidget* parent = nullptr);

    RecipeEditor& recipe() const { return *recipe_; }
    TaskEditor& tasks() const { return *tasks_; }
    QLineEdit* nameField() const { return name_; }
    QPushButton* startButton() const { return start_; }
    NoticeBar& notice() const { return *notice_; }
    QString missing() const; // what is said beside the button; empty when it can start

    void startOver();               // an empty experiment, focus on the recipe
    void reuse(const Run& run);     // its recipe, tasks and seed
    ExperimentPlan plan() const;    // Error(BadUsage)

Q_SIGNALS:
    void openModelRequested();
    void started();

private:
    void build();
    void addSection(QVBoxLayout& layout, const QString& title);
    void connectAll();
    void refresh();
    void suggestName();
    void browse(FileField* field);
    void start();

    Workspace& workspace_;
    NoticeBar* notice_;
    QScrollArea* area_;
    QLabel* model_;
    QPushButton* openModel_;
    QLineEdit* name_;
    RecipeEditor* recipe_;
    TaskEditor* tasks_;
    QCheckBox* race_;
    QWidget* calibrationPart_;
    FileField* calibration_;
    QSpinBox* seed_;
    QLabel* summary_;
    QPushButton* start_;
    bool nameIsOurs_ = true; // until the user types one
    bool submitting_ = false;
};

} // namespace paretoscope
