// What is measured: tasks with their settings and texts.
#pragma once

#include "core/evaluation/task.h"
#include "core/experiment/experiment.h"

#include <QWidget>

#include <string>
#include <vector>

class QCheckBox;

namespace paretoscope {

class FileField;
class ParameterForm;

class TaskEditor : public QWidget {
    Q_OBJECT
public:
    explicit TaskEditor(QWidget* parent = nullptr); // rows from the task table

    std::vector<TaskRequest> requests() const; // of the checked tasks
    void setRequests(const std::vector<TaskRequest>& requests);
    QString error() const; // what is missing, or empty
    FileField* textField(const std::string& task) const;
    QCheckBox* check(const std::string& task) const;

Q_SIGNALS:
    void changed();
    void browseRequested(FileField* field);

private:
    struct Row {
        const Task* task;
        QCheckBox* check;
        QWidget* details;
        FileField* text; // null when the task needs none
        ParameterForm* form;
    };
    Row makeRow(const Task& task);
    const Row* row(const std::string& task) const;

    std::vector<Row> rows_;
};

} // namespace paretoscope
