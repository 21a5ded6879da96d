// What GGUF files of each family say, in the words of the family's config.json.
//
// Source: github.com/ggml-org/llama.cpp, gguf-py/gguf/constants.py (keys) and
// convert_hf_to_gguf.py (what a converter does to tensors).
#pragma once

#include "core/base/json_forward.h"
#include "core/model/formats/gguf/gguf_file.h"
#include "core/model/formats/gguf/gguf_names.h"

#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct GgufFamily {
    const char* name; // "general.architecture"
    Json (*configure)(const GgufFile& file);
    std::vector<GgufNameRule> names; // that differ from the common ones
    bool interleavedRows = false; // rows of queries and keys were reordered: pairs lie side by side
    float normOffset = 0;         // the converter added this to weights of norms
    bool transposed = false;      // linear maps that the family's own files hold as [in, out]
};

std::span<const GgufFamily> ggufFamilies();
// Error(Unsupported) names what the file asks for and what exists.
const GgufFamily& ggufFamilyOf(const GgufFile& file);

// The families by kind, one file each.
std::span<const GgufFamily> ggufGatedFamilies();  // Llama and its descendants
std::span<const GgufFamily> ggufExpertFamilies(); // mixtures of experts
std::span<const GgufFamily> ggufPlainFamilies();  // without gates

} // namespace paretoscope
