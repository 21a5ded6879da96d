// What every table shows: one row a run, as text.
#pragma once

#include "core/report/report.h"

#include <string>
#include <vector>

namespace paretoscope {

// Metrics that appear in the runs, in the order of the metric table, or those asked for.
std::vector<std::string> metricColumns(const ReportInput& input);

// Settings of every run as JSON objects, in the order of the runs.
std::vector<Json> settingsOfRuns(const ReportInput& input);
// Settings that appear in any run, sorted by name.
std::vector<std::string> settingColumns(const std::vector<Json>& settings);
std::string settingText(const Json& settings, const std::string& name); // empty when it has none

// Runs that are not done get a word about why in a column of their own.
bool anyUnfinished(const ReportInput& input);
std::string stateText(const Run& run); // "failed: no memory"

// "Perplexity" or "File size (B)".
std::string metricHeading(const std::string& metric);
// "31.93 ± 0.42" for people: six significant digits, the standard error with two; empty without a
// measurement, "∞" where the value is infinite.
std::string measurementText(const Run& run, const std::string& metric);

} // namespace paretoscope
