// samples_*.jsonl of lm-evaluation-harness without the results: the items say it all.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/foreign/harness_metrics.h"
#include "core/report/foreign_runs.h"

namespace paretoscope::foreign_formats {

namespace {

bool recognizes(const std::filesystem::path& file, const Json& first)
{
    return taskOfSamples(file) && first.is_object() && first.contains("doc_id");
}

// The folder is named after the model, "EleutherAI__pythia-70m".
std::string modelOf(const std::filesystem::path& file)
{
    std::string name = std::filesystem::absolute(file).parent_path().filename().string();
    const size_t at = name.find("__");
    if (at != std::string::npos) name = fmt::format("{}/{}", name.substr(0, at), name.substr(at + 2));
    return name.empty() ? "unknown" : name;
}

std::vector<Run> read(const std::filesystem::path& file, const std::string& text)
{
    const std::string task = *taskOfSamples(file);
    Run run = foreignRun(modelOf(file), "lm-evaluation-harness", task, {{"task", plainName(task)}});
    for (auto& [metric, items] : paretoscope::harnessSamples(text, task, file.string()))
        run.measurements.push_back(measurementOfItems(metric, std::move(items)));
    if (run.measurements.empty()) return {};
    return {run};
}

} // namespace

const ForeignFormat& harnessSamples()
{
    static const ForeignFormat row{"harness_samples", "samples_*.jsonl of lm-evaluation-harness", recognizes, read};
    return row;
}

} // namespace paretoscope::foreign_formats
