// What the kernel files offer to cpu_backend.cpp and to each other. Every function here picks the
// best instruction set of the processor at run time. Pointers to stored data may be unaligned.
#pragma once

#include "core/backend/backend.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope::cpu {

// Whole operations, as Backend describes them; they use all threads.
void linear(ConstMatrixView x, const Tensor& weight, const float* bias, MatrixView y);
void linearPacked(ConstMatrixView x, const PackedMatrix& weight, const float* bias, MatrixView y);
void linearBlocks(ConstMatrixView x, const BlockMatrix& weight, const float* bias, MatrixView y);
void linearLookup(ConstMatrixView x, const LookupMatrix& weight, const float* bias, MatrixView y);
void gemm(bool transposeA, bool transposeB, float alpha, ConstMatrixView a, ConstMatrixView b,
          bool accumulate, MatrixView y);
void embed(const Tensor& table, std::span<const int32_t> ids, float scale, MatrixView y);
void rmsNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon, MatrixView y);
void layerNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon, MatrixView y);
void rope(MatrixView x, int64_t heads, int64_t headDim, ConstMatrixView cosines, ConstMatrixView sines,
          bool interleaved);
void attention(const AttentionShape& shape, ConstMatrixView query, std::span<const int32_t> positions,
               std::span<const KeyValueSpan> kvHeads, MatrixView output);
void activate(Activation activation, ConstMatrixView x, MatrixView y);
void gatedActivation(Activation activation, ConstMatrixView gate, ConstMatrixView up, MatrixView y);
void add(ConstMatrixView x, float alpha, MatrixView y);
void logProbabilities(ConstMatrixView logits, std::span<const int32_t> targets, std::span<float> result,
                      float* logSumExp);
void convert(const Tensor& tensor, int64_t begin, std::span<float> result);

std::string simdTargetName(); // "AVX2"

// Parts, each on the calling thread.

// `count` elements of `dtype` as f32.
void convertElements(DType dtype, const uint8_t* source, int64_t count, float* destination);

// y[n] = dot(row n, x) + bias[n] over `rows` rows of `columns` stored elements: F32, F16 or BF16.
void denseDots(DType dtype, const uint8_t* weights, int64_t rows, int64_t columns, const float* x,
               const float* bias, float* y);

// y[M, rows] = or += x[M, K] · w[rows, K]ᵀ by dot products, for M too small to be worth packing.
// `w` is f32, rows wStride elements apart.
void multiplyFewRows(ConstMatrixView x, const float* w, int64_t wStride, bool accumulate, MatrixView y);

} // namespace paretoscope::cpu
