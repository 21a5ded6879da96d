// Opening and writing models in every format.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/model.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// One way of storing a model. One file in model/formats/, one line in model/CMakeLists.txt.
struct ModelFormat {
    std::string id;          // "huggingface"
    std::string description; // for people
    bool (*recognizes)(const std::filesystem::path& path);
    ModelPtr (*open)(const std::filesystem::path& path);
};

namespace formats {
std::span<const ModelFormat* const> all();
} // namespace formats

// Folders searched for `builtin:NAME` (NAME is a folder inside), first match wins.
void setBuiltinModelFolders(std::vector<std::filesystem::path> folders);
std::vector<std::string> builtinModelNames();

// A path or `builtin:NAME`. Weights stay mapped. Error(NotFound, BadFile or Unsupported).
ModelPtr openModel(const std::string& pathOrName);
// Where it lies on disk; Error(NotFound) with what was looked for.
std::filesystem::path resolveModelPath(const std::string& pathOrName);

// The project's own folder: paretoscope.json, weights.safetensors, tokenizer files. Written beside
// `folder` and renamed into place; an existing folder is refused (Error(BadUsage)).
void writeModelFolder(const Model& model, const Json& provenance,
                      const std::filesystem::path& folder);
// Bytes that writeModelFolder puts into its safetensors files: the `file_bytes` metric.
int64_t modelFileBytes(const Model& model);

} // namespace paretoscope
