// A form made from parameters: what a strategy or a task lets the user choose.
#pragma once

#include "core/base/json_forward.h"
#include "core/strategy/parameter.h"

#include <QWidget>

#include <string>
#include <vector>

class QToolButton;

namespace paretoscope {

class ParameterField;

class ParameterForm : public QWidget {
    Q_OBJECT
public:
    struct Sweep {
        std::string parameter;
        std::vector<std::string> values;
    };

    // `sweepable`: every field can be turned into a list of values.
    ParameterForm(const std::vector<Parameter>& parameters, bool sweepable,
                  QWidget* parent = nullptr);

    // Name to value as text, for completeSettings; of a swept field its first value.
    Json values() const;
    // Values by name, of any JSON type; names that the form lacks are ignored.
    void setValues(const Json& values);
    std::vector<Sweep> sweeps() const; // in the order of the parameters
    void setSweep(const Sweep& sweep);
    int64_t runCount() const; // product over the sweeps; 0 when a swept field has no value

    // The first complaint, or empty.
    QString error() const;
    ParameterField* field(const std::string& name) const; // null when there is none
    void setAdvancedShown(bool shown);

Q_SIGNALS:
    void changed();

private:
    std::vector<ParameterField*> fields_;
    QToolButton* more_ = nullptr;
};

} // namespace paretoscope
