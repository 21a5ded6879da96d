// Tables for other programs and people. One file a report in core/report/, one line in
// report/CMakeLists.txt.
#pragma once

#include "core/experiment/experiment.h"

#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct ReportInput {
    std::vector<Run> runs; // measurements without items are enough
    std::string title;
    std::vector<std::string> metrics; // columns, in order; empty = all that appear
};

struct Report {
    std::string id;        // "csv"
    std::string extension; // "csv": how `export` picks it from the output's name
    std::string description;
    std::string (*write)(const ReportInput& input);
};

namespace reports {
std::span<const Report* const> all();
} // namespace reports

const Report& reportForFile(const std::string& fileName); // Error(BadUsage) lists the extensions

// The `runs` document of COMMANDS.md.
Json runsJson(std::span<const Run> runs);

} // namespace paretoscope
