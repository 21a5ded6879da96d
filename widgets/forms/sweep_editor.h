// The control for several values of one Parameter: check boxes where the values can be listed, a
// line "2, 3, 4" otherwise.
#pragma once

#include "core/strategy/parameter.h"

#include <QWidget>

#include <string>
#include <vector>

class QCheckBox;
class QLineEdit;

namespace paretoscope {

class SweepEditor : public QWidget {
    Q_OBJECT
public:
    explicit SweepEditor(const Parameter& parameter, QWidget* parent = nullptr);

    std::vector<std::string> values() const; // in the order of the list, no value twice
    void setValues(const std::vector<std::string>& values);

Q_SIGNALS:
    void changed();

private:
    void buildChecks(const Parameter& parameter, const std::vector<std::string>& listed);

    std::vector<QCheckBox*> checks_;
    QLineEdit* line_ = nullptr;
};

} // namespace paretoscope
