// How long a run will still take.
#pragma once

#include <optional>

namespace paretoscope {

// From the run's own progress (`fraction`, 0 to 1, after `elapsedSeconds`) and the seconds that
// runs like it took. Early on history speaks, from half way on the run itself. -1 when neither
// knows anything yet.
double secondsLeft(double fraction, double elapsedSeconds, std::optional<double> typicalSeconds);

} // namespace paretoscope
