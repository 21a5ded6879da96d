#include "core/evaluation/paired_test.h"

#include "core/evaluation/bootstrap.h"
#include "core/evaluation/distributions.h"
#include "core/evaluation/paired_items.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

bool zeroOrOne(const std::vector<double>& scores)
{
    return std::all_of(scores.begin(), scores.end(), [](double s) { return s == 0 || s == 1; });
}

bool weighEqually(const std::vector<double>& weights)
{
    return std::all_of(weights.begin(), weights.end(), [&](double w) { return w == weights[0]; });
}

double weightedMean(const std::vector<double>& values, const std::vector<double>& weights)
{
    return weightedMeanInterval(values, weights).mean;
}

// P of at least `a` of a + b tosses being heads.
double upperTail(int64_t a, int64_t b)
{
    return a == 0 ? 1 : binomialCdf(b, a + b, 0.5);
}

void testShares(const PairedItems& pairs, PairedTest& test)
{
    for (size_t i = 0; i < pairs.a.size(); ++i) {
        test.onlyA += pairs.a[i] > pairs.b[i] ? 1 : 0;
        test.onlyB += pairs.b[i] > pairs.a[i] ? 1 : 0;
    }
    test.kind = PairedTest::Kind::McNemar;
    test.pValue = mcNemarTest(test.onlyB, test.onlyA).exact;
    test.oneSided = upperTail(test.onlyA, test.onlyB);
    const Interval wide = pairedShareInterval(test.items, test.onlyB, test.onlyA);
    const Interval narrow = pairedShareInterval(test.items, test.onlyB, test.onlyA, 0.9);
    test.low = wide.low;
    test.high = wide.high;
    test.low90 = narrow.low;
    test.high90 = narrow.high;
    test.spread = normalQuantile(0.975) * wide.standardError * std::sqrt(double(test.items));
    test.mean = wide.mean;
    test.standardError = wide.standardError;
}

// Scores of any kind. Of perplexity the items are logarithms: the interval is that of the ratio.
void testMeans(const PairedItems& pairs, bool exponential, const PairedTestOptions& options,
               PairedTest& test)
{
    const Interval wide = weightedMeanInterval(pairs.differences, pairs.weights);
    const Interval narrow = weightedMeanInterval(pairs.differences, pairs.weights, 0.9);
    const auto own = [&](double d) { return exponential ? test.base * std::expm1(d) : d; };
    test.difference = own(wide.mean);
    test.mean = wide.mean;
    test.standardError = wide.standardError;
    test.logarithm = exponential;
    test.low = own(wide.low);
    test.high = own(wide.high);
    test.low90 = own(narrow.low);
    test.high90 = own(narrow.high);
    test.spread = (exponential ? test.base : 1) * normalQuantile(0.975) * wide.standardError *
                  std::sqrt(double(test.items));
    if (wide.standardError > 0 && test.items > 1) {
        const double t = wide.mean / wide.standardError;
        const double tail = studentTail(std::abs(t), double(test.items - 1));
        test.oneSided = t >= 0 ? tail : 1 - tail;
    } else if (wide.standardError == 0) {
        // Equal differences everywhere: as many equal signs as there are items.
        test.oneSided = wide.mean > 0 ? std::pow(0.5, double(test.items)) : 1;
    }
    test.pValue = options.signFlips > 0
                      ? signFlipTest(finiteTerms(pairs), options.seed, options.signFlips)
                      : std::min(1.0, 2 * std::min(test.oneSided, 1 - test.oneSided));
}

void addBootstrap(const PairedItems& pairs, bool exponential, const PairedTestOptions& options,
                  PairedTest& test)
{
    const ItemStatistic mean = [&](std::span<const size_t> indices) {
        double sum = 0;
        double total = 0;
        for (const size_t i : indices) {
            sum += pairs.weights[i] * pairs.differences[i];
            total += pairs.weights[i];
        }
        return exponential ? test.base * std::expm1(sum / total) : sum / total;
    };
    constexpr size_t mostForJackknife = 4000; // whose cost is the square
    BootstrapOptions bootstrap;
    bootstrap.resamples = options.resamples;
    bootstrap.seed = options.seed;
    bootstrap.biasCorrected = pairs.a.size() <= mostForJackknife;
    const BootstrapInterval interval = bootstrapInterval(pairs.a.size(), mean, bootstrap);
    if (interval.replicates.empty()) return;
    test.bootstrapLow = interval.low;
    test.bootstrapHigh = interval.high;
}

} // namespace

std::optional<PairedTest> pairedTest(const Measurement& a, const Measurement& b,
                                     const PairedTestOptions& options)
{
    const PairedItems pairs = pairedItems(a, b);
    if (pairs.a.empty()) return std::nullopt;
    PairedTest test;
    test.items = int64_t(pairs.a.size());
    const bool exponential = isExponentialOfItems(a) && isExponentialOfItems(b);
    const double mean = weightedMean(pairs.b, pairs.weights);
    test.base = exponential ? std::exp(mean) : mean;
    test.difference = weightedMean(pairs.differences, pairs.weights);
    if (!exponential && zeroOrOne(pairs.a) && zeroOrOne(pairs.b) && weighEqually(pairs.weights))
        testShares(pairs, test);
    else
        testMeans(pairs, exponential, options, test);
    if (options.resamples > 0) addBootstrap(pairs, exponential, options, test);
    return test;
}

double marginPValue(const PairedTest& test, double margin, bool higherIsBetter)
{
    // In terms of a gain, whose bound is -margin.
    const double gain = higherIsBetter ? test.mean : -test.mean;
    double bound = margin;
    if (test.logarithm)
        bound = higherIsBetter ? -std::log1p(-margin / test.base) : std::log1p(margin / test.base);
    if (std::isnan(bound)) return gain > -margin ? 0 : 1; // a loss larger than everything there is
    const double distance = gain + bound;
    if (!(test.standardError > 0)) return distance > 0 ? std::pow(0.5, double(test.items)) : 1;
    const double t = distance / test.standardError;
    if (std::isnan(t)) return 1;
    if (test.kind == PairedTest::Kind::McNemar) return 1 - normalCdf(t);
    if (test.items < 2) return 1;
    const double tail = studentTail(std::abs(t), double(test.items - 1));
    return t >= 0 ? tail : 1 - tail;
}

int64_t itemsForInterval(const PairedTest& test, double halfWidth)
{
    if (!(halfWidth > 0) || !(test.spread > 0) || !std::isfinite(test.spread)) return 0;
    const double root = test.spread / halfWidth;
    return int64_t(std::ceil(root * root));
}

} // namespace paretoscope
