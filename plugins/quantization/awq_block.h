// Which maps of a block read the same input, and what in front of them can take over a scale.
#pragma once

#include "core/model/model.h"

#include <functional>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// Maps that read one input whose columns can be divided by what stands before: a norm's weights, or
// the rows of another map.
struct ScaledGroup {
    std::vector<std::string> readers;   // roles: "attention.query", ...
    std::optional<NormParameters> Block::*norm = nullptr;
    std::string rows;                   // role of the map whose outputs are the input
    enum class Part { Attention, FeedForward, Map } part = Part::Map; // whose outputs the search compares
};

// In the order of the paper: queries, keys and values; output; gate and up; down. Groups whose input
// nothing can scale (grouped queries before the output, activations without a gate, norms after the
// sum, experts) are left out and named in `left`.
std::vector<ScaledGroup> scaledGroups(const Block& block, std::vector<std::string>& left);

// The map of a role outside experts.
Linear& linearOf(Block& block, const std::string& role);

// Divides the group's input by `scales` [inputs]: exact as long as the readers are multiplied.
void divideInput(Block& block, const ScaledGroup& group, std::span<const float> scales);

} // namespace paretoscope::quantization
