// Numbers of metrics as people read them. Locale of the user; files use core/report instead.
#pragma once

#include "core/evaluation/measurement.h"
#include "core/evaluation/metric.h"

#include <QString>

#include <string>

namespace paretoscope {

// The metric's entry in the table, or a plain one for a name that this version does not know
// (a store may hold metrics of a newer version).
MetricInfo metricInfo(const std::string& name);

// "3.2 MiB", "93.1 %", "12.4 tokens/s", "9.113".
QString formatMetric(const MetricInfo& info, double value);

// "9.113 ± 0.2": half the 95% interval; the plain value where nothing is known about noise.
QString formatMeasurement(const MetricInfo& info, const Measurement& measurement);

// "File size (MiB)" needs the unit that suits the numbers: values are divided by `divisor`.
struct DisplayUnit {
    double divisor = 1;
    QString name; // empty for pure numbers
};
DisplayUnit displayUnit(const MetricInfo& info, double largestMagnitude);

// Four significant digits, without trailing zeros.
QString formatNumber(double value, int significantDigits = 4);

// "12 s", "3 min 20 s", "2 h 5 min".
QString formatDuration(double seconds);

} // namespace paretoscope
