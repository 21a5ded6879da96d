// A button with a menu of metrics to tick.
#pragma once

#include <QString>
#include <QToolButton>

#include <string>
#include <vector>

namespace paretoscope {

class MetricMenu : public QToolButton {
    Q_OBJECT
public:
    MetricMenu(const QString& text, size_t most, QWidget* parent); // at most so many are ticked

    void setAvailable(const std::vector<std::string>& metrics);
    void setChosen(const std::vector<std::string>& metrics); // does not emit
    const std::vector<std::string>& chosen() const { return chosen_; }
    void toggle(const std::string& metric);

Q_SIGNALS:
    void chosenChanged();

private:
    void fill();

    size_t most_;
    std::vector<std::string> available_, chosen_;
};

} // namespace paretoscope
