// One row of a form: title, control, sweep switch, help, error.
#pragma once

#include "core/strategy/parameter.h"

#include <QObject>
#include <QString>

#include <string>
#include <vector>

class QGridLayout;
class QLabel;
class QToolButton;
class QWidget;

namespace paretoscope {

class FittingStack;
class SweepEditor;
class ValueEditor;

// Its widgets are children of the layout's widget, so that rows of a form align.
class ParameterField : public QObject {
    Q_OBJECT
public:
    // Adds its rows at the end of `layout` (three columns). `sweepable`: offers the sweep switch.
    ParameterField(const Parameter& parameter, bool sweepable, QGridLayout* layout,
                   QWidget* parent);

    const Parameter& parameter() const { return parameter_; }
    std::string value() const; // of a swept field, its first value, or the default
    void setValue(const std::string& value);
    bool swept() const;
    std::vector<std::string> sweepValues() const; // empty unless swept
    void setSweep(const std::vector<std::string>& values);

    QString error() const { return error_; } // empty when every value is acceptable
    void setVisible(bool visible);
    ValueEditor* editor() const { return editor_; }
    SweepEditor* sweepEditor() const { return sweep_; }
    QToolButton* sweepButton() const { return button_; }

Q_SIGNALS:
    void changed();

private:
    void build(bool sweepable, QGridLayout* layout, QWidget* parent);
    void setSwept(bool swept);
    void check();
    void refreshNote();

    Parameter parameter_;
    QLabel* title_ = nullptr;
    FittingStack* stack_ = nullptr;
    ValueEditor* editor_ = nullptr;
    SweepEditor* sweep_ = nullptr;
    QToolButton* button_ = nullptr;
    QLabel* note_ = nullptr; // help, or the error
    QString error_;
};

} // namespace paretoscope
