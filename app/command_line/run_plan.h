// What `paretoscope run` is asked to do, from a file or from options.
#pragma once

#include "app/command_line/arguments.h"
#include "core/experiment/experiment.h"

#include <string>
#include <vector>

namespace paretoscope {

// Paths in the result are absolute, so that the runs can be taken up from anywhere.
ExperimentPlan planFromArguments(const Arguments& arguments); // Error(BadUsage, ...)

// "perplexity", "perplexity(window=128,max_windows=20)", or with a file of its own
// "questions:test.jsonl(shots=3)"; settings are checked.
TaskRequest parseTask(const std::string& text);

// Everything that can be known to fail before the first run starts: recipes against the model,
// tasks, texts. Returns the merged settings of every request as JSON texts.
std::vector<std::string> checkPlan(const ExperimentPlan& plan);

} // namespace paretoscope
