#include "core/evaluation/bootstrap.h"

#include "core/base/random.h"
#include "core/evaluation/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace paretoscope {

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

// Item indices by cluster, clusters in order of first appearance.
std::vector<std::vector<size_t>> clustersOf(size_t items, std::span<const int32_t> clusters)
{
    std::vector<std::vector<size_t>> groups;
    std::map<int32_t, size_t> known;
    for (size_t i = 0; i < items; ++i) {
        if (i >= clusters.size()) {
            groups.push_back({i});
            continue;
        }
        const auto [place, isNew] = known.try_emplace(clusters[i], groups.size());
        if (isNew) groups.emplace_back();
        groups[place->second].push_back(i);
    }
    return groups;
}

std::vector<double> resampledValues(const std::vector<std::vector<size_t>>& groups,
                                    const ItemStatistic& statistic, const BootstrapOptions& options)
{
    std::vector<double> values;
    std::vector<size_t> indices;
    for (int b = 0; b < options.resamples; ++b) {
        // A generator of its own: a replicate does not depend on those before it.
        Random random(options.seed, "bootstrap", uint64_t(b));
        indices.clear();
        for (size_t g = 0; g < groups.size(); ++g) {
            const auto& drawn = groups[size_t(random.below(groups.size()))];
            indices.insert(indices.end(), drawn.begin(), drawn.end());
        }
        const double value = statistic(indices);
        if (!std::isnan(value)) values.push_back(value);
    }
    std::sort(values.begin(), values.end());
    return values;
}

// Share of replicates below the value, equal ones half.
double shareBelow(const std::vector<double>& sorted, double value)
{
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
    const auto notAbove = std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
    return double(below + notAbove) / (2 * double(sorted.size()));
}

double correctedProbability(double z0, double acceleration, double probability)
{
    const double z = z0 + normalQuantile(probability);
    return normalCdf(z0 + z / (1 - acceleration * z));
}

double deviation(const std::vector<double>& values)
{
    const auto count = double(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
}

} // namespace

double sortedQuantile(std::span<const double> sorted, double probability)
{
    const double place = std::clamp(probability, 0.0, 1.0) * double(sorted.size() - 1);
    const auto below = size_t(place);
    if (below + 1 >= sorted.size() || place == double(below)) return sorted[below];
    const double share = place - double(below);
    return sorted[below] * (1 - share) + sorted[below + 1] * share;
}

double jackknifeAcceleration(size_t items, const ItemStatistic& statistic,
                             std::span<const int32_t> clusters)
{
    const auto groups = clustersOf(items, clusters);
    std::vector<double> values;
    std::vector<size_t> indices;
    for (size_t left = 0; left < groups.size(); ++left) {
        indices.clear();
        for (size_t g = 0; g < groups.size(); ++g)
            if (g != left) indices.insert(indices.end(), groups[g].begin(), groups[g].end());
        values.push_back(statistic(indices));
    }
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) /
                        double(std::max<size_t>(1, values.size()));
    double squares = 0;
    double cubes = 0;
    for (const double value : values) {
        const double d = mean - value;
        squares += d * d;
        cubes += d * d * d;
    }
    return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : notANumber;
}

BootstrapInterval bootstrapInterval(size_t items, const ItemStatistic& statistic,
                                    const BootstrapOptions& options)
{
    BootstrapInterval result;
    std::vector<size_t> all(items);
    std::iota(all.begin(), all.end(), size_t{0});
    result.value = items == 0 ? notANumber : statistic(all);
    result.low = result.high = result.value;
    if (items == 0) return result;
    result.replicates = resampledValues(clustersOf(items, options.clusters), statistic, options);
    if (result.replicates.empty()) return result;
    result.standardError = deviation(result.replicates);
    double low = (1 - options.confidence) / 2;
    double high = 1 - low;
    const double share = shareBelow(result.replicates, result.value);
    if (options.biasCorrected && share > 0 && share < 1) {
        result.biasCorrection = normalQuantile(share);
        result.acceleration = jackknifeAcceleration(items, statistic, options.clusters);
        result.biasCorrected = std::isfinite(result.acceleration);
    }
    if (result.biasCorrected) {
        low = correctedProbability(result.biasCorrection, result.acceleration, low);
        high = correctedProbability(result.biasCorrection, result.acceleration, high);
    }
    result.low = sortedQuantile(result.replicates, low);
    result.high = sortedQuantile(result.replicates, high);
    return result;
}

Interval clusteredMeanInterval(std::span<const double> values, std::span<const int32_t> clusters,
                               double confidence)
{
    Interval interval = meanInterval(values, confidence);
    const auto groups = clustersOf(values.size(), clusters);
    if (groups.size() < 2 || !std::isfinite(interval.mean)) return interval;
    double squares = 0;
    for (const auto& group : groups) {
        double sum = 0;
        for (const size_t i : group)
            sum += values[i] - interval.mean;
        squares += sum * sum;
    }
    interval.standardError = std::sqrt(squares) / double(values.size());
    const double t = studentQuantile(0.5 + confidence / 2, double(groups.size() - 1));
    interval.low = interval.mean - t * interval.standardError;
    interval.high = interval.mean + t * interval.standardError;
    return interval;
}

} // namespace paretoscope
