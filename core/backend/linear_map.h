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
};

} // namespace paretoscope
