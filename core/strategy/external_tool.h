// Somebody else's program as a strategy or a metric, described by a small JSON file (docs/extending.md).
//
// The program gets model folders and settings as arguments, never through a shell.
#pragma once

#include "core/base/command_process.h"
#include "core/model/model.h"
#include "core/strategy/strategy.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// What the file says, checked. A value.
struct ExternalTool {
    enum class Kind { Strategy, Metric };

    std::filesystem::path file;
    Kind kind = Kind::Strategy;
    std::string id; // snake_case; the strategy and the task are "external.ID", the metric is ID
    std::string name, summary;
    std::vector<std::string> command; // with {placeholders}
    double timeoutSeconds = 3600;
    std::string modelFormat = "safetensors"; // an export format, or "paretoscope"
    // Strategies.
    std::string paper;
    std::string outputName = "output"; // a plain file name; "output.gguf" for tools that want the ending
    std::vector<Parameter> parameters;
    // Metrics.
    std::string unit;
    bool higherIsBetter = false;

    std::string fullId() const { return "external." + id; }
    bool uses(const std::string& placeholder) const; // "calibration"
};

// Error(NotFound, Io or BadFile): one sentence that names the file and the field.
ExternalTool readExternalTool(const std::filesystem::path& file);

// Writes the model in the tool's format into `folder`; the path that the tool is given. `notes` gets what the
// format does not hold exactly. Error(Unsupported) when the format cannot hold the model.
std::filesystem::path writeForTool(const ExternalTool& tool, const Model& model, const std::filesystem::path& folder,
                                   std::vector<std::string>& notes);

// Starts the tool in `folder` with the placeholders filled in and waits for it. Error(Unsupported) with the last
// line of its standard error when it exits with anything but 0; else as runCommand.
CommandOutcome runTool(const ExternalTool& tool, const std::map<std::string, std::string>& values,
                       const std::filesystem::path& folder, JobContext& job);

// What it writes is opened and checked like any model from elsewhere.
std::unique_ptr<const Strategy> makeExternalStrategy(ExternalTool tool);

} // namespace paretoscope
