// Several tests at once: adjusted p values, in the order given. Pure.
#pragma once

#include <span>
#include <vector>

namespace paretoscope {

// Holm's step-down: below alpha at most once in 1/alpha families (Holm 1979).
std::vector<double> holmAdjusted(std::span<const double> p);
// Expected share of false findings (Benjamini and Hochberg 1995): for exploring.
std::vector<double> benjaminiHochbergAdjusted(std::span<const double> p);

} // namespace paretoscope
