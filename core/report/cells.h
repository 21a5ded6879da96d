// What every table shows: one row a run, as text.
#pragma once

#include "core/report/report.h"

#include <string>
#include <vector>

namespace paretoscope {

// Metrics that appear in the runs, in the order of the metric table, or those asked for.
std::vector<std::string> metricColumns(const ReportInput& input);

// Settings that appear in any run, sorted by name.
std::vector<std::string> settingColumns(const ReportInput& input);
std::string settingText(const Run& run, const std::string& name); // empty when it has none

// "Perplexity" or "File size (B)".
std::string metricHeading(const std::string& metric);
// "31.93 ± 0.42" for people: six significant digits, the standard error with two.
std::string measurementText(const Run& run, const std::string& metric);

} // namespace paretoscope
