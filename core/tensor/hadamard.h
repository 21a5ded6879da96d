// Orthonormal matrices of any order with a fast product: what rotates activations and weights.
//
// Q = F ⊗ H, where H is Sylvester's Hadamard matrix of a power of two and F a Hadamard matrix of Paley's
// two constructions over a prime field (orders 12, 20, 24, 28, 36, ...; all elements of Q are then
// ±1/√order). Where no such F exists, F is the orthonormal Hartley matrix of the order's odd part,
// cas(2πij/m)/√m, whose elements are at most √2/√m: as flat as an order allows that has no Hadamard matrix
// within reach. Element i of a vector is element (i / power, i mod power) of the two factors.
//
// Sources: Ashkboos et al., QuaRot, 2024, arXiv:2404.00456, section 3; Paley 1933; Bracewell 1983.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope {

// Immutable; thread-safe. The same order gives the same matrix.
class HadamardMatrix {
public:
    // Error(Unsupported) when `order` is not positive or its odd part is too large for a fast product.
    explicit HadamardMatrix(int64_t order);

    int64_t order() const { return power_ * factorOrder_; }
    int64_t power() const { return power_; }             // of two: the order of H
    int64_t factorOrder() const { return factorOrder_; } // of F; 1 when the order is a power of two
    std::span<const float> factor() const { return factor_; } // F [factorOrder, factorOrder], orthonormal
    bool flat() const { return flat_; }                  // every element is ±1/√order
    double at(int64_t row, int64_t column) const;        // of Q; the reference for every kernel

private:
    int64_t power_ = 1;
    int64_t factorOrder_ = 1;
    bool flat_ = true;
    std::vector<float> factor_;
};

} // namespace paretoscope
