#include "widgets/forms/value_editor.h"

#include "core/base/text.h"
#include "widgets/basics/text.h"
#include "widgets/forms/number_spin_box.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QWheelEvent>

namespace paretoscope {

namespace {

class QuietComboBox : public QComboBox {
public:
    using QComboBox::QComboBox;

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

class NumberEditor : public ValueEditor {
public:
    NumberEditor(const Parameter& parameter, QWidget* parent)
        : ValueEditor(parent)
        , box_(new NumberSpinBox(parameter.type == ParameterType::Integer, parameter.low,
                                 parameter.high, this))
    {
        if (!parameter.unit.empty()) box_->setSuffix(QString());
        place(box_);
        connect(box_, &QDoubleSpinBox::valueChanged, this, &ValueEditor::changed);
    }
    std::string text() const override { return numberText(box_->value()); }
    void setText(const std::string& text) override
    {
        if (const auto number = parseNumber(text)) box_->setValue(*number);
    }
    QWidget* control() const override { return box_; }

private:
    NumberSpinBox* box_;
};

// Choices and allowed numbers.
class ListEditor : public ValueEditor {
public:
    ListEditor(const Parameter& parameter, QWidget* parent)
        : ValueEditor(parent), box_(new QuietComboBox(this))
    {
        for (const std::string& value : listedValues(parameter)) box_->addItem(toQt(value));
        box_->setFocusPolicy(Qt::StrongFocus);
        place(box_);
        connect(box_, &QComboBox::currentIndexChanged, this, &ValueEditor::changed);
    }
    std::string text() const override { return fromQt(box_->currentText()); }
    void setText(const std::string& text) override
    {
        const int index = box_->findText(toQt(text));
        if (index >= 0) box_->setCurrentIndex(index);
    }
    QWidget* control() const override { return box_; }

private:
    QComboBox* box_;
};

class BooleanEditor : public ValueEditor {
public:
    explicit BooleanEditor(QWidget* parent) : ValueEditor(parent), box_(new QCheckBox(this))
    {
        place(box_);
        connect(box_, &QCheckBox::toggled, this, &ValueEditor::changed);
    }
    std::string text() const override { return box_->isChecked() ? "true" : "false"; }
    void setText(const std::string& text) override { box_->setChecked(text == "true" || text == "1"); }
    QWidget* control() const override { return box_; }

private:
    QCheckBox* box_;
};

class LineEditor : public ValueEditor {
public:
    explicit LineEditor(QWidget* parent) : ValueEditor(parent), line_(new QLineEdit(this))
    {
        place(line_);
        connect(line_, &QLineEdit::textChanged, this, &ValueEditor::changed);
    }
    std::string text() const override { return fromQt(line_->text()); }
    void setText(const std::string& text) override { line_->setText(toQt(text)); }
    QWidget* control() const override { return line_; }

private:
    QLineEdit* line_;
};

} // namespace

std::string defaultText(const Parameter& parameter)
{
    switch (parameter.type) {
    case ParameterType::Integer:
    case ParameterType::Number: return numberText(parameter.defaultNumber);
    case ParameterType::Boolean: return parameter.defaultNumber != 0 ? "true" : "false";
    case ParameterType::Choice:
    case ParameterType::Text: return parameter.defaultText;
    }
    return {};
}

std::vector<std::string> listedValues(const Parameter& parameter)
{
    if (parameter.type == ParameterType::Boolean) return {"false", "true"};
    if (parameter.type == ParameterType::Choice) return parameter.choices;
    std::vector<std::string> values;
    for (const double value : parameter.allowed) values.push_back(numberText(value));
    return values;
}

ValueEditor* ValueEditor::create(const Parameter& parameter, QWidget* parent)
{
    const bool numeric = parameter.type == ParameterType::Integer
                         || parameter.type == ParameterType::Number;
    if (parameter.type == ParameterType::Boolean) return new BooleanEditor(parent);
    if (parameter.type == ParameterType::Choice || (numeric && !parameter.allowed.empty()))
        return new ListEditor(parameter, parent);
    if (numeric) return new NumberEditor(parameter, parent);
    return new LineEditor(parent);
}

void ValueEditor::place(QWidget* control)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(control);
    setFocusProxy(control);
}

} // namespace paretoscope
