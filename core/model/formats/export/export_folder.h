// What the exports into Hugging Face folders share.
#pragma once

#include "core/model/formats/export/export_parts.h"
#include "core/model/formats/safetensors_writer.h"

#include <functional>

namespace paretoscope {

// Writes config.json, model.safetensors and the tokenizer's files. `addMap` writes a changed linear
// map under its name (without ".weight"); everything else is written plain.
void writeExportFolder(const ExportInput& input, const ExportParts& parts, const Json& config,
                       const std::function<void(const std::string& name, const LinearWeight& map, SafetensorsWriter& to)>& addMap);

} // namespace paretoscope
