// Dense linear algebra in f64. Uses LAPACK; matrices are square and row-major.
#pragma once

#include <cstdint>
#include <vector>

namespace paretoscope {

// For a symmetric positive definite H [n, n] (its upper triangle is read): the upper U with
// UᵀU = H⁻¹, zeros below the diagonal. Empty when H is not positive definite. Thread-safe.
std::vector<double> upperFactorOfInverse(std::vector<double> matrix, int64_t n);

} // namespace paretoscope
