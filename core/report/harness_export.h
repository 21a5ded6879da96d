// Our runs in the form of lm-evaluation-harness, for what reads its results.
#pragma once

#include "core/experiment/experiment.h"

#include <string>
#include <vector>

namespace paretoscope {

struct NamedText {
    std::string name; // of the file
    std::string text;
};

// results_<time>.json and a samples_<task>_<time>.jsonl for every task with items, in the harness's forms; what
// the harness knows and the store does not keep (prompts, outputs) is null or empty. A metric that several tasks
// of the run feed stands under their names joined by '+'. Footprint and speed are tasks like others. Pure.
std::vector<NamedText> harnessFiles(const Run& run); // with items

} // namespace paretoscope
