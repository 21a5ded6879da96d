// A linear map as the operations see it: how its numbers are stored is its own business.
#pragma once

#include "core/backend/backend.h"

namespace paretoscope {

// Immutable; thread-safe.
class LinearMap {
public:
    virtual ~LinearMap() = default;

    virtual int64_t outputs() const = 0; // N
    virtual int64_t inputs() const = 0;  // K
    // y[M,N] = x[M,K] · Wᵀ + bias. Uses the stored form; bias may be null.
    virtual void apply(const Backend& backend, ConstMatrixView x, const float* bias,
                       MatrixView y) const = 0;
    // Rows [begin, begin + y.rows) as f32, y [rows, K]: what gradients flow back through.
    virtual void toDense(int64_t begin, MatrixView y) const = 0;
    // The f32 matrix [N, K] itself where the map is one and can be trained, else null.
    virtual const Tensor* trainable() const { return nullptr; }
};

} // namespace paretoscope
