// Which runs of a store a command is about.
#pragma once

#include "app/command_line/arguments.h"
#include "core/store/store.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// --store, which must exist; read only.
std::unique_ptr<Store> openStore(const Arguments& arguments);

// Error(NotFound) with the nearest name.
Experiment requireExperiment(const Store& store, const std::string& name);

// Runs of the experiments given by --experiment, or of all that are not archived.
RunQuery runQuery(const Store& store, const Arguments& arguments);

// What a word of `compare` stands for: an experiment of that name, else the run of that number
// ("7" or "run:7").
struct NamedRuns {
    std::string name;    // how to call it: "'demo'", "run 7"
    bool single = false; // one run
    std::vector<int64_t> runs; // the finished ones, at least one
};
NamedRuns runsNamed(const Store& store, const std::string& word); // Error(NotFound)

// The finished runs of a query, with the items of these metrics.
std::vector<Run> doneRunsWithItems(const Store& store, RunQuery query, const std::vector<std::string>& metrics);

// --x and --y: names of metrics; Error(BadUsage) with the nearest.
std::string requiredMetric(const Arguments& arguments, const std::string& option);

} // namespace paretoscope
