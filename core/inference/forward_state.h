// What one forward pass carries from block to block. Private to inference/.
#pragma once

#include "core/inference/transformer.h"

namespace paretoscope::detail {

struct ForwardState {
    const Model& model;
    Operations& operations;
    Scratch& scratch;
    PassMemory& memory;
    std::span<const SequenceStep> steps;
    Observer* observer;

    std::span<const int32_t> positions() const { return memory.positions; } // [rows]
};

// Length that length-dependent scalings count with.
int64_t sequenceLength(const SequenceStep& step);
// Rotations of every row; turns cached keys when a sequence outgrew the scaling they were made for.
void prepareRopes(ForwardState& state);
// Press et al. 2021 (arXiv:2108.12409). Nothing for models without ALiBi.
void prepareAlibi(ForwardState& state);

Value applyLinear(ForwardState& state, const Linear& linear, Value x, int block, const char* role,
                  int expert = -1);
// Rotates `heads` heads of `headDim` columns, starting at column `offset` of each head.
Value rotated(ForwardState& state, const BlockConfig& config, Value x, int64_t heads, int64_t headDim,
              int64_t offset = 0);
AttentionShape attentionShape(const ForwardState& state, const Block& block);
// Error(Unsupported) on a tape: `what` is not differentiated.
void requireEager(Value x, const char* what);

// These return what is to be added to the residual stream.
Value runAttention(ForwardState& state, const Block& block, int index, Value x);
Value runLatentAttention(ForwardState& state, const Block& block, int index, Value x);
Value runFeedForward(ForwardState& state, const Block& block, int index, Value x);
Value runExperts(ForwardState& state, const Block& block, int index, Value x);

// Fills `routing` from router logits [rows, experts]; ties go to the expert with the lower number.
void routeExperts(const MoeConfig& config, const Tensor& selectionBias, ConstMatrixView logits,
                  ExpertRouting& routing);

} // namespace paretoscope::detail
