// Do two methods add up when they are stacked? Pure.
#pragma once

#include "core/evaluation/measurement.h"
#include "core/evaluation/statistics.h"

#include <optional>

namespace paretoscope {

// both - first - second + base over the items that all four have: 0 when the losses add up,
// positive (for a score that should be high) when the stack loses less than the two together. Of
// perplexity it is taken of the logarithm, where the losses are factors. Interval and p as for a
// paired difference. Nothing without shared items.
std::optional<PairedDifference> stackingInteraction(const Measurement& base,
                                                    const Measurement& first,
                                                    const Measurement& second,
                                                    const Measurement& both, uint64_t seed = 1);

} // namespace paretoscope
