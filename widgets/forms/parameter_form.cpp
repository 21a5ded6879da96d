#include "widgets/forms/parameter_form.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "widgets/basics/text.h"
#include "widgets/forms/parameter_field.h"
#include "widgets/theme/spacing.h"

#include <QGridLayout>
#include <QToolButton>

#include <algorithm>

namespace paretoscope {

namespace {

std::string textOf(const Json& value)
{
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_number()) return numberText(value.get<double>());
    return value.dump();
}

} // namespace

ParameterForm::ParameterForm(const std::vector<Parameter>& parameters, bool sweepable,
                             QWidget* parent)
    : QWidget(parent)
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(spacing().small);
    layout->setVerticalSpacing(spacing().tiny);
    layout->setColumnStretch(1, 1);
    layout->setColumnMinimumWidth(0, charactersWide(14));
    const auto add = [&](const Parameter& parameter) {
        auto* field = new ParameterField(parameter, sweepable, layout, this);
        connect(field, &ParameterField::changed, this, &ParameterForm::changed);
        fields_.push_back(field);
    };
    for (const Parameter& parameter : parameters)
        if (!parameter.advanced) add(parameter);
    const bool anyAdvanced = std::any_of(parameters.begin(), parameters.end(),
                                         [](const Parameter& p) { return p.advanced; });
    if (!anyAdvanced) return;
    more_ = new QToolButton(this);
    more_->setText(tr("Advanced settings"));
    more_->setAccessibleName(tr("Advanced settings"));
    more_->setCheckable(true);
    more_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    more_->setArrowType(Qt::RightArrow);
    layout->addWidget(more_, layout->rowCount(), 0, 1, 3, Qt::AlignLeft);
    for (const Parameter& parameter : parameters)
        if (parameter.advanced) add(parameter);
    connect(more_, &QToolButton::toggled, this, &ParameterForm::setAdvancedShown);
    setAdvancedShown(false);
}

void ParameterForm::setAdvancedShown(bool shown)
{
    if (!more_) return;
    more_->setChecked(shown);
    more_->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
    for (ParameterField* field : fields_)
        if (field->parameter().advanced) field->setVisible(shown);
}

Json ParameterForm::values() const
{
    Json values = Json::object();
    for (const ParameterField* field : fields_) values[field->parameter().name] = field->value();
    return values;
}

void ParameterForm::setValues(const Json& values)
{
    for (ParameterField* field : fields_) {
        const auto value = values.find(field->parameter().name);
        if (value != values.end()) field->setValue(textOf(*value));
    }
}

std::vector<ParameterForm::Sweep> ParameterForm::sweeps() const
{
    std::vector<Sweep> sweeps;
    for (const ParameterField* field : fields_)
        if (field->swept()) sweeps.push_back({field->parameter().name, field->sweepValues()});
    return sweeps;
}

void ParameterForm::setSweep(const Sweep& sweep)
{
    ParameterField* found = field(sweep.parameter);
    if (!found) return;
    if (found->parameter().advanced) setAdvancedShown(true);
    found->setSweep(sweep.values);
}

int64_t ParameterForm::runCount() const
{
    int64_t count = 1;
    for (const Sweep& sweep : sweeps()) count *= int64_t(sweep.values.size());
    return count;
}

QString ParameterForm::error() const
{
    for (const ParameterField* field : fields_)
        if (!field->error().isEmpty()) return field->error();
    return {};
}

ParameterField* ParameterForm::field(const std::string& name) const
{
    for (ParameterField* field : fields_)
        if (field->parameter().name == name) return field;
    return nullptr;
}

} // namespace paretoscope
