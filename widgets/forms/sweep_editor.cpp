#include "widgets/forms/sweep_editor.h"

#include "core/base/text.h"
#include "widgets/basics/text.h"
#include "widgets/forms/value_editor.h"
#include "widgets/theme/spacing.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLineEdit>

#include <algorithm>

namespace paretoscope {

SweepEditor::SweepEditor(const Parameter& parameter, QWidget* parent) : QWidget(parent)
{
    const std::vector<std::string> listed = listedValues(parameter);
    if (!listed.empty()) {
        buildChecks(parameter, listed);
        return;
    }
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    line_ = new QLineEdit(this);
    line_->setPlaceholderText(tr("values, separated by commas"));
    line_->setAccessibleName(tr("Values of %1").arg(toQt(parameter.title)));
    layout->addWidget(line_, 0, 0);
    setFocusProxy(line_);
    connect(line_, &QLineEdit::textChanged, this, &SweepEditor::changed);
}

void SweepEditor::buildChecks(const Parameter& parameter, const std::vector<std::string>& listed)
{
    size_t longest = 0;
    for (const std::string& value : listed) longest = std::max(longest, value.size());
    const int columns = longest <= 4 ? 4 : longest <= 9 ? 2 : 1;
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(spacing().small);
    layout->setVerticalSpacing(spacing().tiny);
    for (const std::string& value : listed) {
        const int index = int(checks_.size());
        auto* check = new QCheckBox(toQt(value), this);
        check->setAccessibleName(tr("%1 %2").arg(toQt(parameter.title), toQt(value)));
        layout->addWidget(check, index / columns, index % columns);
        connect(check, &QCheckBox::toggled, this, &SweepEditor::changed);
        checks_.push_back(check);
    }
    setFocusProxy(checks_.front());
}

std::vector<std::string> SweepEditor::values() const
{
    std::vector<std::string> values;
    for (const QCheckBox* check : checks_)
        if (check->isChecked()) values.push_back(fromQt(check->text()));
    if (!line_) return values;
    for (const std::string& part : splitText(fromQt(line_->text()), ',')) {
        const std::string value(trimmed(part));
        if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end())
            values.push_back(value);
    }
    return values;
}

void SweepEditor::setValues(const std::vector<std::string>& values)
{
    for (QCheckBox* check : checks_)
        check->setChecked(std::find(values.begin(), values.end(), fromQt(check->text()))
                          != values.end());
    QStringList texts;
    for (const std::string& value : values) texts << toQt(value);
    if (line_) line_->setText(texts.join(QStringLiteral(", ")));
}

} // namespace paretoscope
