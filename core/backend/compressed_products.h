// Products with stored forms that only some compression methods leave: a backend may lack them.
#pragma once

#include "core/backend/backend.h"

namespace paretoscope {

struct AffineMatrix; // core/tensor/affine_layout.h
struct SparseRows;   // core/tensor/sparse_layout.h

// A second interface of backends. Thread-safe; sizes are the caller's duty, wrong ones are
// Error(Internal).
class CompressedProducts {
public:
    virtual ~CompressedProducts() = default;

    // y[M,N] = x[M,K] · W[N,K]ᵀ + bias[N] over packed codes; bias may be null.
    virtual void linearAffine(ConstMatrixView x, const AffineMatrix& weight, const float* bias, MatrixView y) const = 0;
    // y[M,N] += x[M,K] · W[N,K]ᵀ over the entries of W.
    virtual void addSparse(ConstMatrixView x, const SparseRows& weight, MatrixView y) const = 0;
};

// Error(Unsupported) naming a backend that has no such products.
const CompressedProducts& compressedProducts(const Backend& backend);

} // namespace paretoscope
