// `paretoscope run --dry-run`: what an experiment will take.
#pragma once

#include "app/command_line/console.h"
#include "core/experiment/experiment.h"

#include <string>

namespace paretoscope {

// Prints a line a run and the sum. A store that does not exist is an empty history. Returns the exit status.
int showForecast(const ExperimentPlan& plan, const std::string& storePath, Console& console);

} // namespace paretoscope
