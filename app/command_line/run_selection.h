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

// --x and --y: names of metrics; Error(BadUsage) with the nearest.
std::string requiredMetric(const Arguments& arguments, const std::string& option);

} // namespace paretoscope
