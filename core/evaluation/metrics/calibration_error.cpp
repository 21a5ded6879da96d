#include "core/evaluation/bootstrap.h"
#include "core/evaluation/calibration.h"
#include "core/evaluation/metrics/summaries.h"

#include <algorithm>

namespace paretoscope::metrics {

namespace {

std::optional<Measurement> measure(const Evidence& evidence)
{
    if (!evidence.choices || evidence.choices->questions.empty()) return std::nullopt;
    std::vector<double> confidence, correct;
    for (const ChoiceEvidence::Question& question : evidence.choices->questions) {
        const std::vector<double> probabilities = choiceProbabilities(question);
        const size_t chosen = greatest(probabilities);
        confidence.push_back(probabilities[chosen]);
        correct.push_back(chosen == question.right ? 1 : 0);
    }
    const auto error = [&](std::span<const size_t> indices) {
        std::vector<double> drawnConfidence, drawnCorrect;
        for (const size_t i : indices) {
            drawnConfidence.push_back(confidence[i]);
            drawnCorrect.push_back(correct[i]);
        }
        return calibrationOf(drawnConfidence, drawnCorrect).adaptiveError;
    };
    BootstrapOptions options;
    options.resamples = 500;
    options.biasCorrected = false; // resampling moves the error upwards, which BCa takes for skewness
    const BootstrapInterval interval = bootstrapInterval(confidence.size(), error, options);
    Measurement result = exactly(interval.value);
    result.count = int64_t(confidence.size());
    if (result.count > 1) {
        result.standardError = interval.standardError;
        result.low = std::min(interval.low, interval.value);
        result.high = std::max(interval.high, interval.value);
    }
    return result;
}

} // namespace

const Metric& calibrationError()
{
    static const Metric row{
        {"calibration_error", "Calibration error", "", false, MetricScale::Ratio, false,
         "Mean distance of confidence (the softmax of the chosen choice) from the share of right answers in 15 bins of equal "
         "count (adaptive ECE; Guo et al. 2017, Nixon et al. 2019). Chance alone shows about the root of 15 over the number "
         "of questions, so compare at equal numbers. Interval by bootstrap over questions."},
        measure};
    return row;
}

} // namespace paretoscope::metrics
