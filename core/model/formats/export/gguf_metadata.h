// What a GGUF file says of a model besides its tensors.
#pragma once

#include "core/model/formats/export/export_parts.h"
#include "core/model/formats/export/gguf_file_writer.h"
#include "core/model/formats/gguf/gguf_families.h"

namespace paretoscope {

// The GGUF family that a Hugging Face architecture is written as. Error(Unsupported) with those that
// are.
const GgufFamily& ggufFamilyFor(const std::string& architecture);

// Extents, norms, rotation, windows, experts.
void addGgufMetadata(const GgufFamily& family, const Model& model, const Json& config, GgufFileWriter& to);

// The tokenizer of a Hugging Face folder; a note where other engines will not split text as the
// folder says, or when there is none that GGUF can hold.
void addGgufTokenizer(const std::filesystem::path& folder, const Model& model, GgufFileWriter& to,
                      std::vector<std::string>& notes);

} // namespace paretoscope
