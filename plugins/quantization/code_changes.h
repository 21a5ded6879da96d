// The discrete half of PV-Tuning: a few groups of codes move towards where a gradient step leads.
//
// Source: Malinovskii et al., PV-Tuning, 2024, arXiv:2405.14852, section 3 and algorithm 2.
#pragma once

#include "core/backend/backend.h"
#include "plugins/quantization/additive_codebooks.h"

#include <cstdint>
#include <vector>

namespace paretoscope::quantization {

struct CodeChangeSettings {
    double rate = 0.1;    // of an Adam step, in units of a row's scale
    double beta2 = 0.95;  // of the squared gradients; the first moment is the gradient itself
    double share = 0.01;  // of a matrix's groups that may change in one step; 0: none, else at least one
    double forget = 0;    // share of the way to where they are that the free weights are drawn back after a step
    int64_t beam = 1;
};

// The weights of one matrix as they would be if they were free. Not thread-safe.
class CodeChanges {
public:
    CodeChanges(const CodebookFit& fit, const CodeChangeSettings& settings);

    // One step for the derivative by Ŵ [rows, columns]: the groups whose weights would move furthest get the
    // nearest codes. Changes `fit`'s codes only; returns how many groups changed.
    int64_t step(const Backend& backend, CodebookFit& fit, std::span<const float> gradient);

private:
    CodeChangeSettings settings_;
    std::vector<float> free_;    // [rows, columns]
    std::vector<float> squares_; // second moments
    int64_t steps_ = 0;
};

} // namespace paretoscope::quantization
