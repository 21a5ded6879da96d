#include "widgets/forms/parameter_field.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "widgets/basics/fitting_stack.h"
#include "widgets/basics/text.h"
#include "widgets/forms/sweep_editor.h"
#include "widgets/forms/value_editor.h"
#include "widgets/theme/icons.h"

#include <QGridLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace paretoscope {

ParameterField::ParameterField(const Parameter& parameter, bool sweepable, QGridLayout* layout,
                               QWidget* parent)
    : QObject(parent), parameter_(parameter)
{
    build(sweepable, layout, parent);
    setValue(defaultText(parameter_));
    connect(editor_, &ValueEditor::changed, this, &ParameterField::check);
    if (sweep_) connect(sweep_, &SweepEditor::changed, this, &ParameterField::check);
    check();
}

void ParameterField::build(bool sweepable, QGridLayout* layout, QWidget* parent)
{
    const int row = layout->rowCount();
    const QString name = toQt(parameter_.title.empty() ? parameter_.name : parameter_.title);
    title_ = new QLabel(parent);
    title_->setText(parameter_.unit.empty() ? name : u"%1 (%2)"_s.arg(name, toQt(parameter_.unit)));
    title_->setWordWrap(true);
    editor_ = ValueEditor::create(parameter_, parent);
    editor_->control()->setAccessibleName(name);
    editor_->control()->setToolTip(toQt(parameter_.help));
    title_->setBuddy(editor_->control());
    stack_ = new FittingStack(parent);
    stack_->addWidget(editor_);
    stack_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    layout->addWidget(title_, row, 0, Qt::AlignLeft | Qt::AlignVCenter);
    layout->addWidget(stack_, row, 1);
    if (sweepable) {
        sweep_ = new SweepEditor(parameter_, parent);
        stack_->addWidget(sweep_);
        button_ = new QToolButton(parent);
        button_->setCheckable(true);
        button_->setIcon(themeIcon(u"sweep"_s));
        button_->setToolTip(tr("Sweep: try several values"));
        button_->setAccessibleName(tr("Sweep %1").arg(name));
        layout->addWidget(button_, row, 2, Qt::AlignTop);
        connect(button_, &QToolButton::toggled, this, &ParameterField::setSwept);
    }
    note_ = new QLabel(parent);
    note_->setWordWrap(true);
    layout->addWidget(note_, row + 1, 0, 1, 3);
}

std::string ParameterField::value() const
{
    if (!swept()) return editor_->text();
    const std::vector<std::string> values = sweep_->values();
    return values.empty() ? defaultText(parameter_) : values.front();
}

void ParameterField::setValue(const std::string& value)
{
    if (button_) button_->setChecked(false);
    editor_->setText(value);
}

bool ParameterField::swept() const { return button_ && button_->isChecked(); }

std::vector<std::string> ParameterField::sweepValues() const
{
    return swept() ? sweep_->values() : std::vector<std::string>();
}

void ParameterField::setSweep(const std::vector<std::string>& values)
{
    if (!button_) return;
    button_->setChecked(true);
    sweep_->setValues(values);
}

void ParameterField::setSwept(bool swept)
{
    if (swept) sweep_->setValues({editor_->text()});
    stack_->setCurrentWidget(swept ? static_cast<QWidget*>(sweep_) : editor_);
    check();
}

// Core knows what a parameter accepts; the same words here as on the command line.
void ParameterField::check()
{
    error_.clear();
    std::vector<std::string> values{editor_->text()};
    if (swept()) values = sweep_->values();
    if (values.empty()) error_ = tr("Choose at least one value.");
    for (const std::string& value : values) {
        try {
            completeSettings({parameter_}, Json{{parameter_.name, value}}, "");
        } catch (const Error& error) {
            error_ = toQt(error.what());
            if (error_.startsWith(u": "_s)) error_.remove(0, 2);
            break;
        }
    }
    refreshNote();
    Q_EMIT changed();
}

void ParameterField::refreshNote()
{
    note_->setText(error_.isEmpty() ? toQt(parameter_.help) : error_);
    note_->setProperty("role", error_.isEmpty() ? u"muted"_s : u"bad"_s);
    note_->style()->unpolish(note_);
    note_->style()->polish(note_);
    note_->setVisible(!note_->text().isEmpty() && !title_->isHidden());
}

void ParameterField::setVisible(bool visible)
{
    title_->setVisible(visible);
    stack_->setVisible(visible);
    if (button_) button_->setVisible(visible);
    note_->setVisible(visible && !note_->text().isEmpty());
}

} // namespace paretoscope
