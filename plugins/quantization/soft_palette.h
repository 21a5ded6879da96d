// Palettes that can be trained: weights as soft mixtures of a few values, and the way back.
//
// With a_ik = softmax_k(-(w_i - c_k)² / τ), the values move to c_k = Σ_i a_ik w_i / Σ_i a_ik until they stay
// (Cho et al., DKM, 2021, arXiv:2108.12659), and a weight becomes Σ_k a_ik c_k. Weights of 16 bits have few
// distinct values: attention is kept for those only (Cho et al., eDKM, 2023, arXiv:2309.00964, section 2.2).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope::quantization {

struct SoftPaletteSettings {
    double temperature = 1e-3; // τ, in the weights' unit squared
    int iterations = 5;        // at most
    double tolerance = 1e-6;   // of the largest movement, relative to the largest value
    bool unique = true;        // weights are rounded to BF16 and told apart by their bits
};

// One tensor or group of weights. Thread-safe once made.
class SoftPalette {
public:
    // The iteration from `centroids` on.
    SoftPalette(std::span<const float> weights, std::vector<double> centroids, const SoftPaletteSettings& settings);

    const std::vector<double>& centroids() const { return steps_.back(); }
    std::vector<float> soft() const;    // [weights]
    // The derivative by the weights, given that by what `soft` returns, back through all iterations.
    std::vector<float> gradient(std::span<const float> softGradient) const;
    int64_t distinct() const { return int64_t(values_.size()); }

private:
    std::vector<double> attention(const std::vector<double>& centroids) const; // [distinct, centroids]

    SoftPaletteSettings settings_;
    std::vector<double> values_;             // distinct weights
    std::vector<double> counts_;             // how often each
    std::vector<uint32_t> places_;           // of each weight among the values
    std::vector<std::vector<double>> steps_; // centroids before the first and after every iteration
};

} // namespace paretoscope::quantization
