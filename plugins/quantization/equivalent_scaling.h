// Scaling that changes nothing: what a block's linear maps read is divided by a factor for each
// channel, and their columns are multiplied by it. The division is folded into what makes the
// channels: a norm, the value projection or the up projection.
//
// Source: Xiao et al. 2022 (arXiv:2211.10438), equation 3; Lin et al. 2023 (arXiv:2306.00978), section 3.
#pragma once

#include "core/model/model.h"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// Maps that read one input.
struct ScalingGroup {
    enum class Source { AttentionNorm, FeedForwardNorm, Map };

    std::vector<LinearId> readers;
    Source source = Source::Map;
    LinearId sourceMap;      // of Source::Map: its outputs are the readers' inputs
    bool attention = false;  // the readers belong to the attention, else to the feed-forward part
    bool wholeBlock = false; // to both
};

// The groups of a block that can be scaled, every reader at most once. `notes` gets a sentence for
// each kind of input that cannot take a scale (a router reads it, it is no norm's output, query heads
// share value heads, an activation lies between).
std::vector<ScalingGroup> scalingGroups(const Block& block, int index, std::set<std::string>& notes);

// The map that an id names in a block of its index; null when there is none.
Linear* findLinear(Block& block, const LinearId& id);

// Divides the source's outputs by `scales` [inputs of the readers] and multiplies the readers'
// columns. Scaled maps become dense F32.
void foldScales(Block& block, const ScalingGroup& group, std::span<const float> scales);

// W · diag(scales), [rows, scales.size()]
void scaleColumns(std::span<float> weights, std::span<const float> scales);

} // namespace paretoscope::quantization
