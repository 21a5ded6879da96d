// The tokenizer in a GGUF file.
#pragma once

#include "core/model/formats/gguf/gguf_value.h"
#include "core/model/tokenizer.h"

#include <filesystem>
#include <memory>
#include <string>

namespace paretoscope {

// A file with the metadata "tokenizer.*" of a model that was opened from a GGUF file, and no
// tensors; written beside weights in the project's own folders.
constexpr const char* ggufTokenizerFileName = "tokenizer.gguf";

// Null when the file has no tokenizer. Error(BadFile or Unsupported) when it has one that cannot
// be used.
std::shared_ptr<const Tokenizer> ggufTokenizer(const GgufMetadata& metadata);
std::shared_ptr<const Tokenizer> openGgufTokenizer(const std::filesystem::path& file);

// The whole content of such a file; empty when `metadata` has no tokenizer.
std::string ggufTokenizerFile(const GgufMetadata& metadata);

} // namespace paretoscope
