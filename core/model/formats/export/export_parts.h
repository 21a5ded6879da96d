// What a compressed model changed, in the names of the folder it came from.
#pragma once

#include "core/base/json.h"
#include "core/model/formats/checkpoint.h"
#include "core/model/formats/export/export.h"
#include "core/model/linear_weight.h"

#include <map>
#include <memory>
#include <string>

namespace paretoscope {

struct ExportParts {
    std::filesystem::path folder;
    Json config; // config.json of the folder
    std::string architecture;
    Checkpoint checkpoint;
    // Linear maps that differ from the folder's, by tensor name without ".weight".
    std::map<std::string, LinearWeightPtr> maps;
    // Norms, biases and embeddings that differ, in the numbers of the file, f32, by tensor name.
    std::map<std::string, Tensor> vectors;
    // Stored tensors that the model does not use (masks, inverse frequencies).
    std::vector<std::string> unused;
    std::optional<DType> floats; // as in ExportInput

    // The tensor as it is written when nothing special is done to it: unchanged, or dense numbers.
    Tensor plain(const std::string& name) const;
    DType plainType(const std::string& name) const;
};

// Error(Unsupported) when the model does not come from a Hugging Face folder of floats, or when a
// part was changed that the folder stores fused with others.
ExportParts exportParts(const ExportInput& input);

// Numbers of `values` in another float type. Error(Unsupported) naming `what` beyond its range.
Tensor convertedTo(DType type, const Shape& shape, std::span<const float> values, const std::string& what);

} // namespace paretoscope
