#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/model/open_model.h"

namespace paretoscope::commands {

namespace {

Json provenanceOf(const PreparedPipeline& prepared, const Arguments& arguments)
{
    return {{"recipe", prepared.recipe().fullText()},
            {"recipe_fingerprint", prepared.recipe().fingerprint()},
            {"source", prepared.original().source.string()},
            {"model_fingerprint", prepared.original().fingerprint},
            {"calibration", arguments.text("calibration", "")},
            {"seed", arguments.seed()},
            {"version", version()},
            {"notes", prepared.pipeline().notes}};
}

// A folder holds a model; what else a recipe does to a pipeline cannot be written there.
void checkWritable(const PreparedPipeline& prepared, Console& console)
{
    const Pipeline& pipeline = prepared.pipeline();
    const bool changesModel = pipeline.model.get() != &prepared.original();
    if (!changesModel && !prepared.recipe().steps.empty())
        fail(ErrorCode::BadUsage, "'{}' changes how a model is run, not the model: there is nothing to write",
             prepared.recipe().text());
    if (pipeline.attention || pipeline.kvCodec || pipeline.driver || !pipeline.promptCompressors.empty())
        console.note("note: the folder holds the model; steps that change how it is run are not part of it");
}

int run(const Arguments& arguments, Console& console)
{
    const std::filesystem::path folder = newOutput(arguments);
    arguments.required("recipe");
    PreparedPipeline prepared(arguments.positional(0), arguments, console);
    checkWritable(prepared, console);
    const Model& model = *prepared.pipeline().model;
    writeModelFolder(model, provenanceOf(prepared, arguments), folder);
    const int64_t before = weightBytes(prepared.original());
    const int64_t after = weightBytes(model);
    for (const std::string& note : prepared.pipeline().notes) console.note("note: {}", note);
    console.print("'{}': {} of weights, {} before", folder.string(), humanBytes(double(after)),
                  humanBytes(double(before)));
    if (console.wantsJson())
        console.json({{"output", folder.string()},
                      {"recipe", prepared.recipe().text()},
                      {"weight_bytes", after},
                      {"original_weight_bytes", before},
                      {"file_bytes", modelFileBytes(model)},
                      {"bits_per_weight", linearFootprint(model).bitsPerWeight()},
                      {"notes", prepared.pipeline().notes}});
    return 0;
}

} // namespace

const Command& compressCommand()
{
    static const Command row{
        "compress",
        "Write a compressed model, ready to be opened again.",
        {modelPositional()},
        {options::recipe(),
         {"output", "DIR", "The folder to write; it must not exist."},
         options::calibration(), options::seed(), options::threads(), options::backend(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
