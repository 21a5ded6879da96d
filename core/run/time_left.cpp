#include "core/run/time_left.h"

#include <algorithm>

namespace paretoscope {

double secondsLeft(double fraction, double elapsedSeconds, std::optional<double> typicalSeconds)
{
    constexpr double leastFraction = 0.01; // below it, extrapolation is a guess
    std::optional<double> own;
    if (fraction >= leastFraction)
        own = elapsedSeconds * (1 - std::min(fraction, 1.0)) / std::min(fraction, 1.0);
    if (!typicalSeconds) return own.value_or(-1);
    const double history = std::max(0.0, *typicalSeconds - elapsedSeconds);
    if (!own) return history;
    const double trust = std::min(1.0, 2 * fraction);
    return trust * *own + (1 - trust) * history;
}

} // namespace paretoscope
