// Items that two measurements share, in pairs. Pure.
#pragma once

#include "core/evaluation/measurement.h"

#include <vector>

namespace paretoscope {

// In the order of a's items; items whose difference is not a number are left out.
struct PairedItems {
    std::vector<double> a, b, differences;
    std::vector<double> weights; // mean of the two
};

PairedItems pairedItems(const Measurement& a, const Measurement& b);

// Whether the value is the exponential of the items' mean, as perplexity is.
bool isExponentialOfItems(const Measurement& measurement);

// Weight times difference; an item that one side lost altogether (infinite) weighs more than all
// others together.
std::vector<double> finiteTerms(const PairedItems& pairs);

} // namespace paretoscope
