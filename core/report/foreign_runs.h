// Results of other programs as runs, so that they can be shown beside ours: always as foreign ones.
// One format a file in report/foreign/, one line in report/CMakeLists.txt.
#pragma once

#include "core/experiment/experiment.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct ForeignFormat {
    std::string id;          // "harness_results"
    std::string description; // "results_*.json of lm-evaluation-harness"
    bool (*recognizes)(const std::filesystem::path& file, const Json& first); // first value of the file
    // Error(BadFile) names the file and the field.
    std::vector<Run> (*read)(const std::filesystem::path& file, const std::string& text);
};

namespace foreign_formats {
std::span<const ForeignFormat* const> all();
} // namespace foreign_formats

// Done runs with request, settings, provenance (Run::foreign) and measurements; recipes say "imported".
// Nothing in them is trusted: names lose control characters, shares outside 0 to 1 are left out with a
// note. Error(BadFile) for a file of no known format.
std::vector<Run> readForeignRuns(const std::filesystem::path& file);

// --- for formats
// A name from a file, fit for a terminal and a table: control characters become '?', 200 bytes at most.
std::string plainName(const std::string& text);
// "imported: ORIGIN, WHAT" of the model; `settings` are those of the run and of its one task.
Run foreignRun(const std::string& model, const std::string& origin, const std::string& what, const Json& settings);
// JSON lines; empty ones are skipped. Error(BadFile) "F: line 3: ...".
std::vector<Json> jsonLines(const std::string& text, const std::string& name);

} // namespace paretoscope
