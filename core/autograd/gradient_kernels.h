// Backward steps that are more than a matrix product. All add to their results.
#pragma once

#include "core/autograd/operations.h"

namespace paretoscope {

// Of y = activation(x): dx += dy · activation'(x).
void addActivationGradient(Activation activation, ConstMatrixView x, ConstMatrixView dy, MatrixView dx);
// Of y = activation(gate) ⊙ up.
void addGatedGradient(Activation activation, ConstMatrixView gate, ConstMatrixView up, ConstMatrixView dy,
                      MatrixView dGate, MatrixView dUp);

// Of a normalization of rows of x; any of the results may have null data. weight [columns] or null.
struct NormGradients {
    MatrixView x;
    float* weight = nullptr;
    float* bias = nullptr;
};
void addNormGradient(NormKind kind, float epsilon, const float* weight, ConstMatrixView x, ConstMatrixView dy,
                     const NormGradients& result);

// Of attention over one sequence's own rows. Heads lie side by side in the columns. dQuery and so on
// are as wide as query, keys and values.
struct AttentionOperands {
    const AttentionShape& shape;
    std::span<const int32_t> positions; // [rows], of queries and keys alike
    ConstMatrixView query, keys, values, output, dOutput;
    MatrixView dQuery, dKeys, dValues;
};
// One KV head and its query heads; calls for different heads may run at once.
void addAttentionGradient(const Backend& backend, const AttentionOperands& operands, int64_t kvHead);

} // namespace paretoscope
