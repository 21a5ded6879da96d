// A plain Hugging Face folder: every engine reads it, and nothing in it is smaller.
#include "core/model/formats/export/export_folder.h"

namespace paretoscope::exports {

namespace {

void write(const ExportInput& input)
{
    const ExportParts parts = exportParts(input);
    if (!parts.maps.empty() && !input.floats)
        input.notes.push_back("every map is written as plain floats: the folder is as large as the original");
    Json config = parts.config;
    if (input.floats) config["torch_dtype"] = *input.floats == DType::F16 ? "float16" : *input.floats == DType::BF16 ? "bfloat16" : "float32";
    writeExportFolder(input, parts, config, [&](const std::string& name, const LinearWeight&, SafetensorsWriter& to) {
        to.add(name + ".weight", parts.plain(name + ".weight"));
    });
}

} // namespace

const ExportFormat& safetensorsExport()
{
    static const ExportFormat row{"safetensors", "Hugging Face folder of plain floats; not smaller than the original", true,
                                  write};
    return row;
}

} // namespace paretoscope::exports
