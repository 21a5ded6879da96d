#include "app/command_line/command.h"
#include "app/command_line/console.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/random_model.h"

namespace paretoscope::commands {

namespace {

int run(const Arguments& arguments, Console& console)
{
    RandomModelShape shape = randomModelShape(arguments.positional(0));
    const std::string dtype = arguments.text("dtype", "F32");
    const auto known = dtypeFromName(dtype);
    if (!known) fail(ErrorCode::BadUsage, "--dtype is '{}', but must be F32, F16 or BF16", dtype);
    shape.dtype = *known;
    shape.seed = arguments.seed();
    const std::string folder = arguments.required("output");
    JobContext job(console.progressListener());
    writeRandomModel(shape, folder, job);
    console.progress().clear();
    console.print("'{}': a random Llama of {:.1f} million parameters in {}", folder, double(shape.parameters()) / 1e6,
                  dtype);
    if (console.wantsJson())
        console.json({{"output", folder}, {"parameters", shape.parameters()}, {"dtype", dtype}, {"seed", shape.seed}});
    return 0;
}

} // namespace

const Command& randomModelCommand()
{
    static const Command row{
        "random-model",
        "Write a Llama with random weights, for measuring speed.",
        {{"NAME", "tiny (1 million parameters), 100m or 280m."}},
        {{"output", "DIR", "The folder to write; it must not exist."},
         {"dtype", "TYPE", "F32 (default), F16 or BF16."},
         options::seed(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
