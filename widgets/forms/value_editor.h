// The control for one value of a Parameter. Values travel as text, as on the command line.
#pragma once

#include "core/strategy/parameter.h"

#include <QWidget>

#include <memory>
#include <string>

namespace paretoscope {

// The default of a parameter as text.
std::string defaultText(const Parameter& parameter);
// Every value a parameter can take, when they can be listed (choices, allowed numbers, booleans).
std::vector<std::string> listedValues(const Parameter& parameter);

// Spin box, combo box, check box or line, as the parameter's type asks.
class ValueEditor : public QWidget {
    Q_OBJECT
public:
    static ValueEditor* create(const Parameter& parameter, QWidget* parent);

    virtual std::string text() const = 0;
    virtual void setText(const std::string& text) = 0;
    virtual QWidget* control() const = 0; // takes the focus; carries the accessible name

Q_SIGNALS:
    void changed();

protected:
    using QWidget::QWidget;
    void place(QWidget* control);
};

} // namespace paretoscope
