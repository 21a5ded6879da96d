#include "app/command_line/pipeline_arguments.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/open_model.h"

namespace paretoscope {

namespace options {

Option json()
{
    return {"json", "", "Print one JSON document and nothing else on standard output."};
}

Option recipe()
{
    return {"recipe", "RECIPE", "What to do to the model; 'none' when not given."};
}

Option seed()
{
    return {"seed", "N", "Seed of everything random; 1 when not given."};
}

Option threads()
{
    return {"threads", "N", "Threads to use; all cores when not given."};
}

Option backend()
{
    return {"backend", "NAME", "Where to compute; 'cpu' when not given."};
}

Option calibration()
{
    return {"calibration", "FILE", "Text that strategies with calibration look at."};
}

Option dtype()
{
    return {"dtype", "TYPE", "Floats to write: F32, F16 or BF16; as in the source when not given."};
}

Option store()
{
    return {"store", "FILE", "The store with experiments and runs."};
}

Option experiment()
{
    return {"experiment", "NAME", "Only this experiment; all when not given.", true};
}

} // namespace options

Positional modelPositional()
{
    return {"MODEL", "A folder, a GGUF file or builtin:NAME."};
}

std::filesystem::path newOutput(const Arguments& arguments)
{
    const std::filesystem::path output = arguments.required("output");
    if (std::filesystem::exists(output))
        fail(ErrorCode::BadUsage, "'{}' exists already; give a new one", output.string());
    return output;
}

std::optional<DType> floatType(const Arguments& arguments)
{
    if (!arguments.has("dtype")) return std::nullopt;
    const std::string name = arguments.required("dtype");
    const std::optional<DType> type = dtypeFromName(name);
    if (type == DType::F32 || type == DType::F16 || type == DType::BF16) return type;
    fail(ErrorCode::BadUsage, "'--dtype' is '{}', but must be F32, F16 or BF16", name);
}

PreparedPipeline::PreparedPipeline(const std::string& model, const Arguments& arguments, Console& console)
    : job_(console.progressListener())
{
    constexpr int64_t mostThreads = 1024;
    setThreadCount(int(arguments.integer("threads", 0, 0, mostThreads)));
    recipe_ = parseRecipe(arguments.text("recipe", "none"));
    workbench_.backend = backendByName(arguments.text("backend", "cpu"));
    workbench_.job = &job_;
    workbench_.seed = arguments.seed();
    workbench_.scratchFolder = scratch_.path();
    if (const auto file = arguments.given("calibration")) {
        workbench_.calibrationText = readFile(*file);
        workbench_.calibrationSource = *file;
    }
    original_ = openModel(model);
    pipeline_.model = original_;
    pipeline_ = applyRecipe(recipe_, pipeline_, workbench_);
    console.progress().clear();
}

} // namespace paretoscope
