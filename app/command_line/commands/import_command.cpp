#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/foreign_runs.h"

#include <fmt/ranges.h>

namespace paretoscope::commands {

namespace {

// Bytes of a file, or of the files of a folder.
double bytesOf(const std::filesystem::path& path)
{
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return double(std::filesystem::file_size(path));
    if (!std::filesystem::is_directory(path, error)) fail(ErrorCode::NotFound, "'{}' is not there", path.string());
    double bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
        if (entry.is_regular_file() && (entry.path().extension() == ".safetensors" ||
                                        entry.path().extension() == ".gguf" || entry.path().extension() == ".bin"))
            bytes += double(entry.file_size());
    if (bytes == 0) fail(ErrorCode::NotFound, "'{}' holds no weights (.safetensors, .gguf, .bin)", path.string());
    return bytes;
}

void addFileBytes(std::vector<Run>& runs, const Arguments& arguments)
{
    if (!arguments.has("weights")) return;
    Measurement size;
    size.metric = "file_bytes";
    size.value = bytesOf(arguments.required("weights"));
    size.count = 1;
    for (Run& run : runs)
        run.measurements.push_back(size);
}

int run(const Arguments& arguments, Console& console)
{
    std::vector<Run> runs = readForeignRuns(arguments.positional(0));
    const std::string path = arguments.required("store");
    addFileBytes(runs, arguments);
    const std::string first = runs.front().request.model;
    const std::string model = plainName(arguments.text("model", first));
    const std::string name = arguments.text("name", model + " (imported)");
    for (Run& each : runs) {
        if (each.request.model != first)
            each.provenance.notes.push_back("of the model " + each.request.model);
        each.request.model = model;
    }
    const auto store = Store::open(path);
    const std::vector<int64_t> ids = store->importRuns(store->openExperiment(name, model).id, runs);
    for (const Run& each : runs) {
        console.print("{}: {}", each.request.recipe, fmt::join(each.provenance.notes, "; "));
    }
    console.print("{}: {} imported runs; store '{}'", name, ids.size(), path);
    if (console.wantsJson()) console.json({{"experiment", name}, {"runs", ids}});
    return 0;
}

} // namespace

const Command& importCommand()
{
    static const Command row{
        "import",
        "Take another program's results into a store, marked as foreign.",
        {{"FILE", "results_*.json (with its samples beside it) or samples_*.jsonl of lm-evaluation-harness, or "
                  "what llama-bench writes as JSON."}},
        {{"store", "FILE", "The store to write; made when it does not exist."},
         {"name", "NAME", "The experiment's name; the model's with '(imported)' when not given."},
         {"model", "NAME", "What the model is called; as the file has it when not given."},
         {"weights", "PATH", "The model's weights, a file or folder: its size becomes file_bytes."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
