// Products with stored forms that only some compression methods leave: a backend may lack them.
#pragma once

#include "core/backend/backend.h"

namespace paretoscope {

struct AffineMatrix; // core/tensor/affine_layout.h
struct SignMatrix;   // core/tensor/sign_layout.h
struct CodebookMatrix; // core/tensor/codebook_layout.h
struct SparseRows;   // core/tensor/sparse_layout.h
class HadamardMatrix; // core/tensor/hadamard.h

// How a row of activations becomes integers: at most 2^(bits - 1) - 1 in size, which stands for `clip`
// of the row's largest magnitude; what is larger is cut.
struct ActivationRounding {
    int bits = 8;   // 2 to 8
    float clip = 1; // (0, 1]
};

// A second interface of backends. Thread-safe; sizes are the caller's duty, wrong ones are
// Error(Internal).
class CompressedProducts {
public:
    virtual ~CompressedProducts() = default;

    // y[M,N] = x[M,K] · W[N,K]ᵀ + bias[N] over packed codes; bias may be null.
    virtual void linearAffine(ConstMatrixView x, const AffineMatrix& weight, const float* bias, MatrixView y) const = 0;
    // y[M,N] += x[M,K] · W[N,K]ᵀ over the entries of W.
    virtual void addSparse(ConstMatrixView x, const SparseRows& weight, MatrixView y) const = 0;
    // y = x̂ · Wᵀ + bias over symmetric codes of 2 to 8 bits with one scale a row, where x̂ is each row of x
    // rounded to integers. At most 65,536 columns; bias may be null.
    virtual void linearInteger(ConstMatrixView x, const PackedMatrix& weight, const ActivationRounding& rounding,
                               const float* bias, MatrixView y) const = 0;
    // y = x · Wᵀ + bias over codes of codebooks; bias may be null.
    virtual void linearCodebook(ConstMatrixView x, const CodebookMatrix& weight, const float* bias, MatrixView y) const = 0;
    // Each row of x is [columns / (order · inner), order, inner]; along the middle it becomes Q x, or Qᵀ x
    // when transposed.
    virtual void rotate(const HadamardMatrix& matrix, bool transposed, int64_t inner, MatrixView x) const = 0;
    // y = x · Wᵀ + bias over signs with scales of rows and columns; bias may be null.
    virtual void linearSigns(ConstMatrixView x, const SignMatrix& weight, const float* bias, MatrixView y) const = 0;
};

// Error(Unsupported) naming a backend that has no such products.
const CompressedProducts& compressedProducts(const Backend& backend);

} // namespace paretoscope
