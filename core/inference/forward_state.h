// What one forward pass carries from block to block. Private to inference/.
#pragma once

#include "core/inference/transformer.h"

#include <vector>

namespace paretoscope::detail {

// cos and sin rows of one RopeConfig for all rows of the batch.
struct RopeRows {
    MatrixView cosines;
    MatrixView sines;
};

struct ForwardState {
    const Model& model;
    Operations& operations;
    Scratch& scratch;
    std::span<const SequenceStep> steps;
    Observer* observer;
    std::span<const int32_t> positions; // [rows]
    std::vector<RopeRows> ropes;        // by BlockConfig::ropeIndex
    std::span<const float> alibiSlopes; // [heads] or empty
    std::vector<KeyValueSpan> spans;    // reused by every block
    std::vector<AttentionSegment> segments;
};

Value applyLinear(ForwardState& state, const Linear& linear, Value x, int block, const char* role,
                  int expert = -1);
// These return what is to be added to the residual stream.
Value runAttention(ForwardState& state, const Block& block, int index, Value x);
Value runFeedForward(ForwardState& state, const Block& block, int index, Value x);

} // namespace paretoscope::detail
