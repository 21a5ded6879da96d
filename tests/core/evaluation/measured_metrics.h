// One metric of some evidence.
#pragma once

#include "core/evaluation/metric.h"

#include <cmath>

namespace paretoscope::test {

// Empty (no items, NaN) when the evidence does not have it.
inline Measurement measurement(const Evidence& evidence, const std::string& metric)
{
    for (const Measurement& measured : measureAll(evidence))
        if (measured.metric == metric) return measured;
    Measurement none;
    none.value = NAN;
    return none;
}

inline double valueOf(const Evidence& evidence, const std::string& metric)
{
    return measurement(evidence, metric).value;
}

} // namespace paretoscope::test
