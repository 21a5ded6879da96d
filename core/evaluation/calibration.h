// Are a model's confidences right? (Guo et al., arXiv:1706.04599; adaptive bins: Nixon et al. 2019;
// methods/reasoning_eval_vision.md, H: ece-calibration.) Pure.
#pragma once

#include <cstdint>
#include <span>

namespace paretoscope {

struct Calibration {
    double expectedError = 0; // ECE with bins of equal width, (lower, upper]
    double maximumError = 0;  // over bins that hold items
    double adaptiveError = 0; // ECE with bins of equal count
    double signedGap = 0;     // mean confidence - accuracy: above 0 over-confident
    double brier = 0;         // mean (confidence - correct)²
    double logLoss = 0;       // natural logarithm
    double auroc = 0;         // of confidence for correctness; NaN when all are right or wrong
    double riskCoverage = 0;  // area under the error of the k most confident, over k
};

// `confidence` in [0, 1], `correct` 0 or 1, one each item. NaN figures without items.
Calibration calibrationOf(std::span<const double> confidence, std::span<const double> correct,
                          int bins = 15);

// Mean ECE that perfectly calibrated answers would show with these confidences: the noise floor.
double calibrationNoiseFloor(std::span<const double> confidence, int bins = 15, int draws = 200,
                             uint64_t seed = 1);

} // namespace paretoscope
