// Two runs on the same items: interval by the ratio estimator, p by a sign-flip test
// (methods/reasoning_eval_vision.md, H, paired tests).
#include "core/base/random.h"
#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace paretoscope {

namespace {

struct Pairs {
    std::vector<double> a, b, differences, weights;
};

Pairs sharedItems(const Measurement& a, const Measurement& b)
{
    std::unordered_map<std::string_view, const ItemScore*> byName;
    for (const ItemScore& item : b.items)
        byName.emplace(item.item, &item);
    Pairs pairs;
    for (const ItemScore& item : a.items) {
        const auto found = byName.find(item.item);
        if (found == byName.end()) continue;
        const ItemScore& other = *found->second;
        byName.erase(found); // a name that is there twice pairs once
        const double difference = item.score - other.score;
        if (std::isnan(difference)) continue;
        pairs.a.push_back(item.score);
        pairs.b.push_back(other.score);
        pairs.differences.push_back(difference);
        pairs.weights.push_back((item.weight + other.weight) / 2);
    }
    return pairs;
}

// Perplexity: the value is the exponential of the items' mean.
bool isExponential(const Measurement& m)
{
    double sum = 0;
    double total = 0;
    for (const ItemScore& item : m.items) {
        sum += item.weight * item.score;
        total += item.weight;
    }
    const double mean = sum / total;
    const auto near = [&](double x) { return std::abs(m.value - x) <= 1e-6 * std::abs(m.value); };
    return near(std::exp(mean)) && !near(mean);
}

// An item lost altogether weighs more than all others together.
std::vector<double> finiteTerms(const Pairs& pairs)
{
    std::vector<double> terms;
    double largest = 1;
    for (size_t i = 0; i < pairs.differences.size(); ++i) {
        terms.push_back(pairs.weights[i] * pairs.differences[i]);
        if (std::isfinite(terms.back())) largest = std::max(largest, std::abs(terms.back()));
    }
    for (double& term : terms)
        if (!std::isfinite(term)) term = std::copysign(1e6 * largest, term);
    return terms;
}

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
    const Pairs pairs = sharedItems(a, b);
    if (pairs.differences.empty()) return std::nullopt;
    const Interval interval = weightedMeanInterval(pairs.differences, pairs.weights);
    PairedDifference result{interval.mean, interval.low, interval.high, 1, interval.count};
    if (isExponential(a) && isExponential(b)) {
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
