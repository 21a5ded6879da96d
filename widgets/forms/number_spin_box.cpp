#include "widgets/forms/number_spin_box.h"

#include "core/base/text.h"
#include "widgets/basics/text.h"

#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

// Whole doubles are exact up to here; fractions keep this many digits.
constexpr double largest = 9e15;
constexpr int fractionDigits = 15;

} // namespace

NumberSpinBox::NumberSpinBox(bool wholeNumbers, double low, double high, QWidget* parent)
    : QDoubleSpinBox(parent), wholeNumbers_(wholeNumbers)
{
    setLocale(QLocale::c()); // settings are typed as they are in recipes
    setDecimals(wholeNumbers ? 0 : fractionDigits);
    setRange(std::max(low, -largest), std::min(high, largest));
    setKeyboardTracking(true);
    setCorrectionMode(CorrectToPreviousValue);
    setFocusPolicy(Qt::StrongFocus);
}

QString NumberSpinBox::textFromValue(double value) const { return toQt(numberText(value)); }

double NumberSpinBox::valueFromText(const QString& text) const
{
    return parseNumber(fromQt(text.trimmed())).value_or(value());
}

QValidator::State NumberSpinBox::validate(QString& text, int&) const
{
    const std::optional<double> number = parseNumber(fromQt(text.trimmed()));
    if (!number || !std::isfinite(*number)) return QValidator::Intermediate;
    if (wholeNumbers_ && *number != std::floor(*number)) return QValidator::Intermediate;
    return *number >= minimum() && *number <= maximum() ? QValidator::Acceptable
                                                        : QValidator::Intermediate;
}

// Whole numbers by one, or by a tenth of their size when large; fractions by one in their second
// digit.
void NumberSpinBox::stepBy(int steps)
{
    const double magnitude = std::abs(value());
    double step = wholeNumbers_ ? 1 : 0.01;
    if (magnitude > 0) {
        const double decade = std::pow(10.0, std::floor(std::log10(magnitude) + 1e-12) - 1);
        step = wholeNumbers_ ? std::max(1.0, decade) : decade;
    }
    const double moved = value() + steps * step;
    // Rounding away the noise of binary fractions: 0.3, not 0.30000000000000004.
    setValue(wholeNumbers_ ? std::round(moved) : std::round(moved / step) * step);
    const std::optional<double> clean = parseNumber(QByteArray::number(value(), 'g', 12).toStdString());
    if (!wholeNumbers_ && clean) setValue(*clean);
    selectAll();
}

void NumberSpinBox::wheelEvent(QWheelEvent* event) { event->ignore(); }

} // namespace paretoscope
