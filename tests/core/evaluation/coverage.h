// How often intervals and tests are right on samples whose truth is known. Shared by a quick test and
// a longer record (tests/bench/coverage_bench.cpp, docs/measurement.md).
#pragma once

#include "core/base/random.h"
#include "core/evaluation/bootstrap.h"
#include "core/evaluation/distributions.h"
#include "core/evaluation/frontier_uncertainty.h"
#include "core/evaluation/proportions.h"
#include "core/evaluation/race.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace paretoscope::test {

struct Rate {
    int64_t hits = 0, count = 0;
    double value() const { return double(hits) / double(std::max<int64_t>(1, count)); }
    // Monte Carlo error of the rate if the true one is `rate`.
    double error(double rate) const { return std::sqrt(rate * (1 - rate) / double(std::max<int64_t>(1, count))); }
    void add(bool hit)
    {
        hits += hit ? 1 : 0;
        ++count;
    }
};

inline bool holds(double low, double high, double truth) { return low <= truth && truth <= high; }

inline int64_t binomialDraw(Random& random, int64_t n, double p)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; ++i) k += random.uniform() < p ? 1 : 0;
    return k;
}

using ShareInterval = Interval (*)(int64_t successes, int64_t count, double confidence);

inline Rate shareCoverage(ShareInterval interval, int64_t n, double p, int replications)
{
    Rate rate;
    for (int r = 0; r < replications; ++r) {
        Random random(11, "share", uint64_t(r));
        const Interval found = interval(binomialDraw(random, n, p), n, 0.95);
        rate.add(holds(found.low, found.high, p));
    }
    return rate;
}

// The same without chance: the sum over all outcomes.
inline double exactShareCoverage(ShareInterval interval, int64_t n, double p)
{
    double covered = 0;
    for (int64_t k = 0; k <= n; ++k) {
        const Interval found = interval(k, n, 0.95);
        if (holds(found.low, found.high, p))
            covered += std::exp(logBinomial(n, k) + double(k) * std::log(p) + double(n - k) * std::log1p(-p));
    }
    return covered;
}

// Documents of lengths that vary tenfold, tokens' losses correlated within a document. Truth: the
// mean over tokens of endless text, 2 + 0.3 (long documents are harder).
struct Documents {
    std::vector<double> means, weights; // of documents
    std::vector<double> tokens;
    std::vector<int32_t> clusters;
};

inline Documents drawDocuments(Random& random, int count)
{
    Documents result;
    for (int d = 0; d < count; ++d) {
        const int length = 2 + int(random.below(19)); // 2 to 20 tokens
        const double topic = 2 + 0.5 * random.normal() + 0.05 * (length - 11);
        double sum = 0;
        for (int t = 0; t < length; ++t) {
            result.tokens.push_back(topic + 0.4 * random.normal());
            result.clusters.push_back(d);
            sum += result.tokens.back();
        }
        result.means.push_back(sum / length);
        result.weights.push_back(length);
    }
    return result;
}

// E[length (2 + 0.05 (length - 11))] / E[length] for lengths 2 ... 20, each as likely.
inline double documentsTruth()
{
    double sum = 0, total = 0;
    for (int length = 2; length <= 20; ++length) {
        sum += length * (2 + 0.05 * (length - 11));
        total += length;
    }
    return sum / total;
}

struct DocumentCoverage {
    Rate ratio, bca, percentile, tokens; // tokens: each token taken for a document of its own
};

inline DocumentCoverage documentCoverage(int documents, int replications, int resamples)
{
    DocumentCoverage result;
    const double truth = documentsTruth();
    for (int r = 0; r < replications; ++r) {
        Random random(12, "documents", uint64_t(r));
        const Documents sample = drawDocuments(random, documents);
        const Interval ratio = weightedMeanInterval(sample.means, sample.weights);
        result.ratio.add(holds(ratio.low, ratio.high, truth));
        const ItemStatistic mean = [&](std::span<const size_t> indices) {
            double sum = 0, total = 0;
            for (const size_t i : indices) {
                sum += sample.weights[i] * sample.means[i];
                total += sample.weights[i];
            }
            return sum / total;
        };
        BootstrapOptions options;
        options.resamples = resamples;
        options.seed = uint64_t(r);
        const BootstrapInterval bca = bootstrapInterval(sample.means.size(), mean, options);
        result.bca.add(holds(bca.low, bca.high, truth));
        result.percentile.add(holds(sortedQuantile(bca.replicates, 0.025), sortedQuantile(bca.replicates, 0.975), truth));
        const Interval naive = meanInterval(sample.tokens);
        result.tokens.add(holds(naive.low, naive.high, truth));
    }
    return result;
}

// Two models on n questions that disagree on a share `disagree` of them; `gain` = share won minus lost.
struct PairedCoverage {
    Rate interval;                 // Agresti-Min holds the gain
    Rate exact, midP;              // McNemar rejects equality at 5 %
    Rate unpaired;                 // two independent Wilson-like errors hold the gain
};

inline PairedCoverage pairedCoverage(int64_t n, double disagree, double gain, int replications)
{
    PairedCoverage result;
    const double wins = (disagree + gain) / 2;
    for (int r = 0; r < replications; ++r) {
        Random random(13, "pairs", uint64_t(r));
        int64_t lost = 0, won = 0;
        for (int64_t i = 0; i < n; ++i) {
            const double u = random.uniform();
            won += u < wins ? 1 : 0;
            lost += u >= wins && u < disagree ? 1 : 0;
        }
        const Interval found = pairedShareInterval(n, lost, won);
        result.interval.add(holds(found.low, found.high, gain));
        const McNemar test = mcNemarTest(lost, won);
        result.exact.add(test.exact < 0.05);
        result.midP.add(test.midP < 0.05);
    }
    return result;
}

// Skewed paired differences of windows (one in ten is five times as large), weights vary.
inline Rate pairedMeanCoverage(int n, int replications)
{
    Rate rate;
    for (int r = 0; r < replications; ++r) {
        Random random(14, "paired means", uint64_t(r));
        std::vector<double> differences, weights;
        for (int i = 0; i < n; ++i) {
            const double size = random.below(10) == 0 ? 5 : 1;
            differences.push_back(0.02 + 0.05 * size * random.normal());
            weights.push_back(128 + double(random.below(128)));
        }
        const Interval found = weightedMeanInterval(differences, weights);
        rate.add(holds(found.low, found.high, 0.02));
    }
    return rate;
}

// Share of replications in which a loss as large as the margin is called non-inferior: at most 5 %.
inline Rate wrongNonInferiority(int64_t n, double disagree, double margin, int replications)
{
    Rate rate;
    const double wins = (disagree - margin) / 2;
    for (int r = 0; r < replications; ++r) {
        Random random(15, "margin", uint64_t(r));
        int64_t lost = 0, won = 0;
        for (int64_t i = 0; i < n; ++i) {
            const double u = random.uniform();
            won += u < wins ? 1 : 0;
            lost += u >= wins && u < disagree ? 1 : 0;
        }
        rate.add(judgeAgainstMargin(pairedShareInterval(n, lost, won, 0.9), margin).nonInferior);
    }
    return rate;
}

// Two runs of one cost whose true difference is drawn from a wide prior; how often the one is truly
// better where its probability of being on the frontier lies in a bin. `spread`: of the prior, in
// standard errors of the difference.
struct Bin {
    double sum = 0; // of stated probabilities
    Rate right;
    double stated() const { return sum / double(std::max<int64_t>(1, right.count)); }
};

inline std::vector<Bin> membershipCalibration(int items, bool shares, double spread, int replications, int draws)
{
    std::vector<Bin> bins(10);
    for (int r = 0; r < replications; ++r) {
        Random random(16, "membership", uint64_t(r));
        constexpr double level = 0.6;
        const double error = shares ? std::sqrt(0.2 / items) : 0.5 / std::sqrt(items);
        const double gain = spread * error * random.normal();
        Measurement a, b;
        for (int i = 0; i < items; ++i) {
            const std::string name = std::to_string(i);
            if (shares) { // disagree on a fifth
                const double won = std::clamp(0.1 + gain / 2, 0.0, 0.2), u = random.uniform();
                const bool both = random.uniform() < level;
                b.items.push_back({name, u < won ? 0.0 : u < 0.2 ? 1.0 : both ? 1.0 : 0.0, 1});
                a.items.push_back({name, u < won ? 1.0 : u < 0.2 ? 0.0 : both ? 1.0 : 0.0, 1});
            } else {
                const double hard = random.normal();
                b.items.push_back({name, hard, 1});
                a.items.push_back({name, hard + gain + 0.5 * random.normal(), 1});
            }
        }
        const Measurement* both[] = {&a, &b};
        auto replicates = commonReplicates(both, draws, uint64_t(r));
        std::vector<ReplicatedPoint> points{{1, {1.0}, std::move(replicates[0])}, {2, {1.0}, std::move(replicates[1])}};
        const double stated = frontierMembership(points, {false, true})[0].probability;
        Bin& bin = bins[std::min<size_t>(9, size_t(stated * 10))];
        bin.sum += stated;
        bin.right.add(gain > 0);
    }
    return bins;
}

// Races over `items` of which the rival alone answers `better` and the run alone `worse`, each in an order of its own.
struct RaceOutcome {
    Rate stopped;
    double medianSeen = 0; // items of those that were stopped; 0 without any
};

inline RaceOutcome raceOutcome(int64_t items, int64_t better, int64_t worse, double errorRate, int replications)
{
    RaceOutcome outcome;
    std::vector<int> differences(size_t(items), 0);
    for (int64_t i = 0; i < better + worse; ++i) differences[size_t(i)] = i < better ? 1 : -1;
    std::vector<double> seen;
    for (int r = 0; r < replications; ++r) {
        Random random(11, "race", uint64_t(r));
        for (size_t i = differences.size(); i > 1; --i) std::swap(differences[i - 1], differences[size_t(random.below(i))]);
        PairedRace race(items, errorRate);
        for (size_t i = 0; i < differences.size() && !race.decided(); ++i) race.add(differences[i]);
        outcome.stopped.add(race.decided());
        if (race.decided()) seen.push_back(double(race.seen()));
    }
    std::sort(seen.begin(), seen.end());
    if (!seen.empty()) outcome.medianSeen = seen[seen.size() / 2];
    return outcome;
}

} // namespace paretoscope::test
