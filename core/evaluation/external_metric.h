// A metric that somebody else's program measures on a model folder (docs/extending.md).
#pragma once

#include "core/evaluation/measurement.h"
#include "core/strategy/external_tool.h"

namespace paretoscope {

// Adds the task "external.ID", which runs the tool, and the metric ID. At start, before any other thread.
// Error(BadFile) when there is a metric or task of that name.
void addExternalMetric(ExternalTool tool);

// What the program printed: {"value": 0.5, "standard_error": 0.1, "unit": "points", "higher_is_better": true,
// "items": [{"item": "q-1", "score": 1}]}. All but the value may be missing; unit and direction must be those of
// the description, and the value finite. Error(BadFile).
Measurement externalMeasurement(const ExternalTool& tool, const std::string& printed);

} // namespace paretoscope
