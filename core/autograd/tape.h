// Operations that are recorded, to be differentiated in reverse.
//
// The Transformer runs on a tape as it runs on EagerOperations; `backward` then adds the gradients
// of a loss to the watched parameters. Reverse-mode differentiation as in Griewank and Walther,
// "Evaluating Derivatives", 2008, chapter 3. Attention keeps no probabilities; they are computed
// again from queries and keys (Dao et al., FlashAttention, 2022, arXiv:2205.14135, section 3.1).
#pragma once

#include "core/autograd/gradients.h"
#include "core/autograd/operations.h"

#include <functional>
#include <vector>

namespace paretoscope {

// Not thread-safe. Values live until `reset`; parameters and `gradients` must outlive the tape.
class TapeOperations : public Operations {
public:
    // Values are taken from `scratch`, whose reset is the caller's, after this tape's.
    TapeOperations(const Backend& backend, Scratch& scratch, Gradients& gradients);

    const Backend& backend() const override { return backend_; }
    Value embed(const Tensor& table, std::span<const int32_t> ids, float scale) override;
    Value linear(Value x, const LinearMap& map, const Tensor& bias) override;
    Value norm(Value x, const NormParameters& parameters) override;
    Value headNorm(Value x, int64_t headDim, const NormParameters& parameters) override;
    Value rope(Value x, int64_t heads, int64_t headDim, const RopeRotation& rotation) override;
    // Error(Unsupported) unless each segment sees exactly its own rows, as from an empty cache.
    Value attention(const AttentionShape& shape, Value query, Value keys, Value values,
                    std::span<const AttentionSegment> segments) override;
    Value activate(Activation activation, Value x) override;
    Value gatedActivation(Activation activation, Value gate, Value up) override;
    Value add(Value x, Value y, float alpha) override;
    Value scale(Value x, float factor) override;
    Value gatherRows(Value x, std::span<const int32_t> rows) override;

    // A value whose gradient is wanted itself (soft prompts): `gradient(value)` after `backward`.
    Value input(ConstMatrixView x);
    // Gradient of a value, [rows, columns]; data is null where none arrived.
    ConstMatrixView gradient(Value value) const { return nodes_.at(size_t(value.node)).gradient; }

    // Adds `seed` to the gradient of `value`, [rows, columns]: the derivative of a loss.
    void addGradient(Value value, ConstMatrixView seed);
    // Runs the tape in reverse from every value that has a gradient. Once a recording.
    void backward();
    void reset(); // forgets everything recorded

private:
    struct Node {
        MatrixView value;
        MatrixView gradient;            // data is null until something arrives
        std::function<void()> backward; // sends `gradient` on; empty for what has no inputs
    };

    Value record(MatrixView value);
    void onBackward(Value value, std::function<void()> backward);
    MatrixView gradientOf(int32_t node); // zero when new
    bool wants(Value value) const { return value.node >= 0; }
    Value normalize(Value x, int64_t width, const NormParameters& parameters);

    const Backend& backend_;
    Scratch& scratch_;
    Gradients& gradients_;
    std::vector<Node> nodes_;
};

} // namespace paretoscope
