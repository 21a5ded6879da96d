// A spin box for any double or whole number of a Parameter: 0.01, 1e-5, 100000000000.
#pragma once

#include <QDoubleSpinBox>

namespace paretoscope {

class NumberSpinBox : public QDoubleSpinBox {
    Q_OBJECT
public:
    // Infinite bounds are allowed.
    NumberSpinBox(bool wholeNumbers, double low, double high, QWidget* parent = nullptr);

    QString textFromValue(double value) const override;
    double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;
    void stepBy(int steps) override;

protected:
    // A form is scrolled more often than a value is turned.
    void wheelEvent(QWheelEvent* event) override;

private:
    bool wholeNumbers_;
};

} // namespace paretoscope
