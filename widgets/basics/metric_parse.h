// A metric's value as people type it: "1.5 MiB", "86 %", "12.4".
#pragma once

#include "core/evaluation/metric.h"

#include <QString>

#include <optional>

namespace paretoscope {

// In the metric's own unit. Without a unit, bytes are MiB and shares are percent. Nothing when it is not
// a number that can be.
std::optional<double> parseMetric(const MetricInfo& info, const QString& text);

} // namespace paretoscope
