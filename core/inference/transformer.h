// The one Transformer: every decoder family, driven by the model's blocks.
#pragma once

#include "core/attention/kv_cache.h"
#include "core/autograd/operations.h"
#include "core/inference/pass_memory.h"
#include "core/model/model.h"

#include <cstdint>
#include <span>

namespace paretoscope {

// Sees activations as they pass. Views are valid during the call only. Thread of the forward pass.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void linearInput(const LinearId&, ConstMatrixView) {}
    // The residual stream after block `block`, before the final norm.
    virtual void blockOutput(int /*block*/, ConstMatrixView) {}
};

// New tokens of one sequence. Positions count from `firstPosition`; keys and values go to `cache`.
struct SequenceStep {
    std::span<const int32_t> tokens;
    int32_t firstPosition = 0;
    KvCache* cache = nullptr;
    // Of the whole text when these are only its beginning: position scalings that depend on the
    // length use it. 0 = what has been read so far.
    int64_t sequenceLength = 0;
    std::span<const int32_t> tokenTypes; // of encoders, as many as tokens; empty = all 0
    // Rows [n, D] that take the places of the n tokens that stand for pictures (VisionTower::imageToken).
    ConstMatrixView pictures{};
};

KvCache makeCache(const Model& model);

// Runs all sequences' new tokens through the blocks at once: rows of the result are those of
// steps[0], then steps[1], ... Result: [sum of tokens, D] after the final norm.
// Throws Error(BadUsage) for a token outside the vocabulary or a position beyond learned ones.
// `memory` is reused between passes over the same model.
Value runTransformer(const Model& model, Operations& operations, Scratch& scratch, PassMemory& memory,
                     std::span<const SequenceStep> steps, Observer* observer = nullptr);
Value runTransformer(const Model& model, Operations& operations, Scratch& scratch,
                     std::span<const SequenceStep> steps, Observer* observer = nullptr);

// The same in parts, for methods that go through a model block by block: what enters the first block,
// and what leaves block `block` when `x` enters it. Of each step's cache only that block's layer is
// used.
Value runEmbedding(const Model& model, Operations& operations, Scratch& scratch, PassMemory& memory,
                   std::span<const SequenceStep> steps);
Value runBlock(const Model& model, Operations& operations, Scratch& scratch, PassMemory& memory,
               std::span<const SequenceStep> steps, int block, Value x, Observer* observer = nullptr);

// Logits [rows, V] of final hidden rows. Error(Unsupported) for a model without a language head.
Value runOutputHead(const Model& model, Operations& operations, Value hidden);
// tanh(pooler · h) of the hidden rows of first tokens. Error(Unsupported) without a pooler.
Value runPooler(const Model& model, Operations& operations, Value firstTokens);

} // namespace paretoscope
