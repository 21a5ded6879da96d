// The one Transformer: every decoder family, driven by the model's blocks.
#pragma once

#include "core/attention/kv_cache.h"
#include "core/autograd/operations.h"
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
};

KvCache makeCache(const Model& model);

// Runs all sequences' new tokens through the blocks at once: rows of the result are those of
// steps[0], then steps[1], ... Result: [sum of tokens, D] after the final norm.
// Throws Error(BadUsage) for a token outside the vocabulary or a position beyond learned ones.
Value runTransformer(const Model& model, Operations& operations, Scratch& scratch,
                     std::span<const SequenceStep> steps, Observer* observer = nullptr);

// Logits [rows, V] of final hidden rows.
Value runOutputHead(const Model& model, Operations& operations, Value hidden);

} // namespace paretoscope
