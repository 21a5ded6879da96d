// How several metrics summarize evidence.
#pragma once

#include "core/evaluation/metric.h"

#include <optional>
#include <span>

namespace paretoscope::metrics {

// A value that is known exactly.
Measurement exactly(double value);
// Mean of repeats with a Student t interval.
Measurement meanOf(std::span<const double> values);
// Negative log-likelihood a token over windows: mean of window means weighted by tokens, items =
// windows. Nothing without language evidence.
std::optional<Measurement> tokenNll(const Evidence& evidence);

} // namespace paretoscope::metrics
