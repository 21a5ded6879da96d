// Two runs on the same items: interval by the ratio estimator, p by a sign-flip test
// (methods/reasoning_eval_vision.md, H, paired tests).
#include "core/base/random.h"
#include "core/evaluation/paired_items.h"
#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

double signFlip(const std::vector<double>& terms, uint64_t seed, int resamples)
{
    constexpr size_t exactUpTo = 16;
    double observed = 0;
    for (const double term : terms)
        observed += term;
    // Sums in another order differ in their last bits.
    const double threshold = std::abs(observed) * (1 - 1e-12);
    const bool exact = terms.size() <= exactUpTo;
    const int64_t rounds = exact ? int64_t{1} << terms.size() : std::max(1, resamples);
    Random random(seed, "sign flip");
    int64_t extreme = 0;
    for (int64_t round = 0; round < rounds; ++round) {
        uint64_t signs = uint64_t(round);
        double sum = 0;
        for (size_t i = 0; i < terms.size(); ++i) {
            if (!exact && i % 64 == 0) signs = random.next();
            sum += signs & 1 ? terms[i] : -terms[i];
            signs >>= 1;
        }
        if (std::abs(sum) >= threshold) ++extreme;
    }
    if (exact) return double(extreme) / double(rounds);
    return double(extreme + 1) / double(rounds + 1);
}

} // namespace

double signFlipTest(std::span<const double> differences, uint64_t seed, int resamples)
{
    return signFlip({differences.begin(), differences.end()}, seed, resamples);
}

std::optional<PairedDifference> pairedDifference(const Measurement& a, const Measurement& b,
                                                 uint64_t seed, int resamples)
{
    const PairedItems pairs = pairedItems(a, b);
    if (pairs.differences.empty()) return std::nullopt;
    const Interval interval = weightedMeanInterval(pairs.differences, pairs.weights);
    PairedDifference result{interval.mean, interval.low, interval.high, 1, interval.count};
    if (isExponentialOfItems(a) && isExponentialOfItems(b)) {
        // The ratio's interval, in the metric's own unit.
        const double base = std::exp(weightedMeanInterval(pairs.b, pairs.weights).mean);
        result.difference = base * std::expm1(interval.mean);
        result.low = base * std::expm1(interval.low);
        result.high = base * std::expm1(interval.high);
    }
    result.pValue = signFlip(finiteTerms(pairs), seed, resamples);
    return result;
}

} // namespace paretoscope
