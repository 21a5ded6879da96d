// A comparison as one JSON document (COMMANDS.md) and as text.
#pragma once

#include "app/command_line/console.h"
#include "app/command_line/run_selection.h"
#include "core/report/comparison.h"

#include <optional>

namespace paretoscope {

struct ComparisonQuestion {
    NamedRuns a, b;
    ComparisonOptions options;
    std::optional<double> marginPercent, halfWidthPercent;
    double significance = 0.05;
};

Json comparisonJson(const Comparison& comparison, const ComparisonQuestion& question);
void printComparison(const Comparison& comparison, const ComparisonQuestion& question, Console& console);

} // namespace paretoscope
