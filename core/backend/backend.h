// Every heavy operation, once a device.
//
// Strategies, models and tasks compute through this interface and never include a BLAS or CUDA
// header. Activations are f32 row-major views; weights keep the type of their file.
#pragma once

#include "core/backend/matrix.h"
#include "core/tensor/block_format.h"
#include "core/tensor/packed_layout.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace paretoscope {

struct LookupMatrix; // core/tensor/lookup_layout.h

enum class Activation { Identity, Silu, Gelu, GeluTanh, QuickGelu, Relu, ReluSquared };

// What one query sees: keys of one KV head in slot order.
struct KeyValueSpan {
    const float* keys = nullptr;         // [length, keyDim], rows keyStride apart
    const float* values = nullptr;       // [length, valueDim], rows valueStride apart
    const int32_t* positions = nullptr;  // [length]; a key is visible when not after the query
    int64_t length = 0;
    int64_t keyStride = 0;
    int64_t valueStride = 0;
};

struct AttentionShape {
    int64_t queryHeads = 0;
    int64_t kvHeads = 0;      // query head h reads KV head h / (queryHeads / kvHeads)
    int64_t keyDim = 0;
    int64_t valueDim = 0;
    float scale = 1;          // of the logits, before the soft cap
    float softCap = 0;        // cap * tanh(logit / cap); 0 = none
    int64_t window = 0;       // keys at least this far behind are hidden; 0 = none
    bool causal = true;
    const float* alibiSlopes = nullptr; // [queryHeads]: adds -slope * (query - key position)
    const float* sinks = nullptr;       // [queryHeads]: one extra logit that takes probability only
};

// Thread-safe: operations share no state and may run on several threads at once (they then share
// the process's thread pool). Sizes are the caller's duty; wrong ones are Error(Internal).
class Backend {
public:
    virtual ~Backend() = default;

    virtual std::string name() const = 0;   // "cpu"
    virtual std::string detail() const = 0; // for provenance: BLAS, its core type, SIMD target

    // y[M,N] = x[M,K] · W[N,K]ᵀ + bias[N]. W is any float dtype, read as stored. bias may be null.
    virtual void linear(ConstMatrixView x, const Tensor& weight, const float* bias,
                        MatrixView y) const = 0;
    // The same over packed codes, which are never expanded as a whole.
    virtual void linearPacked(ConstMatrixView x, const PackedMatrix& weight, const float* bias,
                              MatrixView y) const = 0;
    // The same over GGML blocks, as the file stores them.
    virtual void linearBlocks(ConstMatrixView x, const BlockMatrix& weight, const float* bias,
                              MatrixView y) const = 0;
    // The same over codes of a table.
    virtual void linearLookup(ConstMatrixView x, const LookupMatrix& weight, const float* bias,
                              MatrixView y) const = 0;
    // y[M,N] += alpha · op(a) · op(b) when accumulate, else =. op transposes when asked.
    virtual void gemm(bool transposeA, bool transposeB, float alpha, ConstMatrixView a,
                      ConstMatrixView b, bool accumulate, MatrixView y) const = 0;

    // Row i of y = row ids[i] of the table (any float dtype) times scale.
    virtual void embed(const Tensor& table, std::span<const int32_t> ids, float scale,
                       MatrixView y) const = 0;
    // Normalize each row; weight and bias f32 [columns], each may be null. x and y may be one.
    virtual void rmsNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon,
                         MatrixView y) const = 0;
    virtual void layerNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon,
                           MatrixView y) const = 0;
    // Rotates the first 2·pairs values of each of `heads` heads in each row, in place.
    // cosines and sines are [rows, pairs]. Interleaved: pairs (2i, 2i+1); else (i, i+pairs).
    virtual void rope(MatrixView x, int64_t heads, int64_t headDim, ConstMatrixView cosines,
                      ConstMatrixView sines, bool interleaved) const = 0;
    virtual void attention(const AttentionShape& shape, ConstMatrixView query,
                           std::span<const int32_t> queryPositions,
                           std::span<const KeyValueSpan> kvHeads, MatrixView output) const = 0;
    // y = activation(x), elementwise; x and y may be one.
    virtual void activate(Activation activation, ConstMatrixView x, MatrixView y) const = 0;
    // y = activation(gate) ⊙ up; y may be gate.
    virtual void gatedActivation(Activation activation, ConstMatrixView gate, ConstMatrixView up,
                                 MatrixView y) const = 0;
    // y += alpha · x
    virtual void add(ConstMatrixView x, float alpha, MatrixView y) const = 0;
    // Log-probabilities of targets[i] (or skipped where negative) under row i's softmax; also the
    // row's log-sum-exp when `logSumExp` is not null. Rows with a NaN give NaN.
    virtual void logProbabilities(ConstMatrixView logits, std::span<const int32_t> targets,
                                  std::span<float> result, float* logSumExp) const = 0;
    // f32 copy of any float tensor's elements, with SIMD.
    virtual void convert(const Tensor& tensor, int64_t begin, std::span<float> result) const = 0;
};

// Backends built in, best last; "cpu" is always there.
std::shared_ptr<const Backend> cpuBackend();
std::vector<std::string> backendNames();
std::shared_ptr<const Backend> backendByName(const std::string& name); // Error(BadUsage)

} // namespace paretoscope
