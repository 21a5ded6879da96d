#include "widgets/editors/task_editor.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/editors/file_field.h"
#include "widgets/forms/parameter_form.h"
#include "widgets/theme/spacing.h"

#include <QCheckBox>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace paretoscope {

TaskEditor::TaskEditor(QWidget* parent) : QWidget(parent)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing().small);
    QStringList always;
    for (const Task* task : tasks::all()) {
        if (task->always) {
            always << toQt(task->info.name);
            continue;
        }
        rows_.push_back(makeRow(*task));
        layout->addWidget(rows_.back().check);
        layout->addWidget(rows_.back().details);
    }
    if (!rows_.empty()) rows_.front().check->setChecked(true);
    if (!always.isEmpty())
        layout->addWidget(
            makeLabel(tr("Measured in every run: %1.").arg(always.join(u", "_s)), "muted", this));
}

TaskEditor::Row TaskEditor::makeRow(const Task& task)
{
    Row row{&task, new QCheckBox(toQt(task.info.name), this), new QWidget(this), nullptr, nullptr};
    row.check->setToolTip(toQt(task.info.summary));
    auto* layout = new QVBoxLayout(row.details);
    layout->setContentsMargins(spacing().large * 2 / 3, 0, 0, 0);
    layout->setSpacing(spacing().small);
    if (task.info.needsText) {
        const QString name = tr("text for %1").arg(toQt(task.info.name));
        row.text = new FileField(name, tr("Text file, UTF-8"), row.details);
        layout->addWidget(row.text);
        connect(row.text, &FileField::changed, this, &TaskEditor::changed);
        connect(row.text, &FileField::browseRequested, this,
                [this, field = row.text] { Q_EMIT browseRequested(field); });
    }
    row.form = new ParameterForm(task.parameters, false, row.details);
    row.form->setVisible(!task.parameters.empty());
    layout->addWidget(row.form);
    row.details->hide();
    connect(row.form, &ParameterForm::changed, this, &TaskEditor::changed);
    connect(row.check, &QCheckBox::toggled, row.details, &QWidget::setVisible);
    connect(row.check, &QCheckBox::toggled, this, &TaskEditor::changed);
    return row;
}

const TaskEditor::Row* TaskEditor::row(const std::string& task) const
{
    for (const Row& row : rows_)
        if (row.task->info.id == task) return &row;
    return nullptr;
}

std::vector<TaskRequest> TaskEditor::requests() const
{
    std::vector<TaskRequest> requests;
    for (const Row& row : rows_) {
        if (!row.check->isChecked()) continue;
        TaskRequest request;
        request.task = row.task->info.id;
        request.settings
            = completeSettings(row.task->parameters, row.form->values(), request.task).json().dump();
        if (row.text) request.textFile = fromQt(row.text->path());
        requests.push_back(std::move(request));
    }
    return requests;
}

void TaskEditor::setRequests(const std::vector<TaskRequest>& requests)
{
    for (const Row& row : rows_) row.check->setChecked(false);
    for (const TaskRequest& request : requests) {
        const Row* found = row(request.task);
        if (!found) continue;
        found->check->setChecked(true);
        found->form->setValues(parseJson(request.settings, request.task));
        if (found->text) found->text->setPath(toQt(request.textFile));
    }
}

QString TaskEditor::error() const
{
    for (const Row& row : rows_) {
        if (!row.check->isChecked()) continue;
        const QString name = toQt(row.task->info.name);
        if (!row.form->error().isEmpty()) return tr("%1: %2").arg(name, row.form->error());
        if (!row.text) continue;
        if (row.text->path().isEmpty()) return tr("Choose a text file for %1.").arg(name);
        if (!row.text->error().isEmpty()) return row.text->error();
    }
    return {};
}

FileField* TaskEditor::textField(const std::string& task) const
{
    const Row* found = row(task);
    return found ? found->text : nullptr;
}

QCheckBox* TaskEditor::check(const std::string& task) const
{
    const Row* found = row(task);
    return found ? found->check : nullptr;
}

} // namespace paretoscope
