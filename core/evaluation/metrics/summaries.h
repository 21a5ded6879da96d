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

// Mean over positions of what `sum` adds up in a window of the comparison with the uncompressed
// model; items = windows. Nothing without fidelity evidence.
std::optional<Measurement> positionMean(const Evidence& evidence, double (*sum)(const FidelityEvidence::Window&));

} // namespace paretoscope::metrics
