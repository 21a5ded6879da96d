// The operations a Transformer is made of.
//
// The one Transformer calls these. EagerOperations computes at once in scratch memory; a tape
// records the same calls to differentiate them, so that the model that runs is the model that
// trains.
#pragma once

#include "core/backend/backend.h"
#include "core/backend/linear_map.h"
#include "core/backend/scratch.h"

namespace paretoscope {

// An activation [rows, columns] owned by the Operations that made it; valid until its reset.
struct Value {
    MatrixView view;
    int32_t node = -1; // of a tape; -1 when nothing is recorded

    int64_t rows() const { return view.rows; }
    int64_t columns() const { return view.columns; }
};

enum class NormKind { Rms, Layer };

// f32 parameters of a normalization; either tensor may be empty.
struct NormParameters {
    NormKind kind = NormKind::Rms;
    float epsilon = 1e-5f;
    Tensor weight;
    Tensor bias;
};

// A parameter's numbers, null for one that is absent.
inline const float* floatsOrNull(const Tensor& tensor)
{
    return tensor.empty() ? nullptr : tensor.view<float>().data();
}

// Rotations for the rows of one call: cosines and sines [rows, pairs].
struct RopeRotation {
    ConstMatrixView cosines;
    ConstMatrixView sines;
    bool interleaved = false;
};

// One sequence's part of a batch: rows [firstRow, firstRow + rows) of the queries and its keys.
struct AttentionSegment {
    int64_t firstRow = 0;
    int64_t rows = 0;
    std::span<const int32_t> positions;      // [rows]
    std::span<const KeyValueSpan> kvHeads;   // [kvHeads]
};

// Not thread-safe; one a thread.
class Operations {
public:
    virtual ~Operations() = default;

    virtual const Backend& backend() const = 0;
    virtual Value embed(const Tensor& table, std::span<const int32_t> ids, float scale) = 0;
    virtual Value linear(Value x, const LinearMap& map, const Tensor& bias) = 0;
    virtual Value norm(Value x, const NormParameters& parameters) = 0;
    // Normalizes each head of `headDim` columns by itself.
    virtual Value headNorm(Value x, int64_t headDim, const NormParameters& parameters) = 0;
    virtual Value rope(Value x, int64_t heads, int64_t headDim, const RopeRotation& rotation) = 0;
    // `keys` and `values` are this call's own rows, already part of what the segments point to; a
    // tape sends gradients to them.
    virtual Value attention(const AttentionShape& shape, Value query, Value keys, Value values,
                            std::span<const AttentionSegment> segments) = 0;
    virtual Value activate(Activation activation, Value x) = 0;
    virtual Value gatedActivation(Activation activation, Value gate, Value up) = 0;
    virtual Value add(Value x, Value y, float alpha) = 0; // x + alpha · y
    virtual Value scale(Value x, float factor) = 0;
    // Row i of the result is row rows[i] of x. Error(Unsupported) where it is not differentiated.
    virtual Value gatherRows(Value x, std::span<const int32_t> rows);
    // Row rows[i] of x += weights[i] · row i of y, in order of i; rows may repeat. As above.
    virtual Value addRows(Value x, Value y, std::span<const int32_t> rows, std::span<const float> weights);
};

// Computes at once. Results may reuse the memory of an argument that the call consumes: `rope`,
// `activate`, `gatedActivation`, `add`, `scale` and `addRows` overwrite their first argument.
class EagerOperations : public Operations {
public:
    EagerOperations(const Backend& backend, Scratch& scratch) : backend_(backend), scratch_(scratch) {}

    const Backend& backend() const override { return backend_; }
    Value embed(const Tensor& table, std::span<const int32_t> ids, float scale) override;
    Value linear(Value x, const LinearMap& map, const Tensor& bias) override;
    Value norm(Value x, const NormParameters& parameters) override;
    Value headNorm(Value x, int64_t headDim, const NormParameters& parameters) override;
    Value rope(Value x, int64_t heads, int64_t headDim, const RopeRotation& rotation) override;
    Value attention(const AttentionShape& shape, Value query, Value keys, Value values,
                    std::span<const AttentionSegment> segments) override;
    Value activate(Activation activation, Value x) override;
    Value gatedActivation(Activation activation, Value gate, Value up) override;
    Value add(Value x, Value y, float alpha) override;
    Value scale(Value x, float factor) override;
    Value gatherRows(Value x, std::span<const int32_t> rows) override;
    Value addRows(Value x, Value y, std::span<const int32_t> rows, std::span<const float> weights) override;

private:
    const Backend& backend_;
    Scratch& scratch_;
};

} // namespace paretoscope
