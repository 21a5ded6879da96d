// Writing a model in the formats of other engines.
#pragma once

#include "core/model/model.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct ExportInput {
    const Model& original; // opened from a Hugging Face folder, which is read again
    const Model& model;    // the same, compressed
    std::filesystem::path output;
    // Parts that the format cannot hold as they are become plain 16-bit floats in place of an error.
    bool inexact = false;
    std::vector<std::string>& notes; // what the user should know about the result
    std::optional<DType> floats = {}; // of what is written plain: F32, F16 or BF16; nothing: as in the folder
};

// One format. One file in model/formats/export/, one line in model/formats/CMakeLists.txt.
struct ExportFormat {
    std::string id;          // "gguf"
    std::string description; // for people
    bool isFolder = true;
    // All or nothing. Error(BadUsage) for an output that exists, Error(Unsupported) naming what the
    // format cannot hold.
    void (*write)(const ExportInput& input);
};

namespace exports {
std::span<const ExportFormat* const> all();
} // namespace exports

const ExportFormat& exportFormat(const std::string& id); // Error(BadUsage) with the nearest id

} // namespace paretoscope
