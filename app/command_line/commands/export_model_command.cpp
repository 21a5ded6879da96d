#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/formats/export/export.h"

namespace paretoscope::commands {

namespace {

int64_t sizeOf(const std::filesystem::path& output)
{
    if (!std::filesystem::is_directory(output)) return int64_t(std::filesystem::file_size(output));
    int64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(output))
        if (file.is_regular_file()) bytes += int64_t(file.file_size());
    return bytes;
}

int run(const Arguments& arguments, Console& console)
{
    const ExportFormat& format = exportFormat(arguments.required("format")); // before the work, not after it
    const std::filesystem::path output = newOutput(arguments);
    PreparedPipeline prepared(arguments.positional(0), arguments, console);
    std::vector<std::string> notes = prepared.pipeline().notes;
    format.write({prepared.original(), *prepared.pipeline().model, output, arguments.has("inexact"), notes,
                  floatType(arguments)});
    for (const std::string& note : notes) console.note("note: {}", note);
    const int64_t bytes = sizeOf(output);
    console.print("'{}': {}, {}", output.string(), format.id, humanBytes(double(bytes)));
    if (console.wantsJson())
        console.json({{"output", output.string()},
                      {"format", format.id},
                      {"recipe", prepared.recipe().text()},
                      {"bytes", bytes},
                      {"weight_bytes", weightBytes(*prepared.pipeline().model)},
                      {"notes", notes}});
    return 0;
}

} // namespace

const Command& exportModelCommand()
{
    static const Command row{
        "export model",
        "Write a compressed model for other engines.",
        {modelPositional()},
        {{"format", "FORMAT", "gguf, gptq, compressed-tensors or safetensors."},
         {"output", "PATH", "The file (gguf) or folder to write; it must not exist."},
         {"inexact", "", "Write what the format cannot hold exactly as 16-bit floats in place of refusing it."},
         options::dtype(), options::recipe(), options::calibration(), options::seed(), options::threads(), options::backend(),
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
