#include "plugins/quantization/soft_palette.h"

#include "core/base/half.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace paretoscope::quantization {

SoftPalette::SoftPalette(std::span<const float> weights, std::vector<double> centroids, const SoftPaletteSettings& settings)
    : settings_(settings)
{
    if (settings.unique) {
        std::unordered_map<uint16_t, uint32_t> places;
        for (const float weight : weights) {
            const uint16_t bits = floatToBfloat16(weight);
            const auto [found, fresh] = places.emplace(bits, uint32_t(values_.size()));
            if (fresh) values_.push_back(double(bfloat16ToFloat(bits)));
            places_.push_back(found->second);
        }
    } else {
        values_.assign(weights.begin(), weights.end());
        for (size_t i = 0; i < weights.size(); ++i) places_.push_back(uint32_t(i));
    }
    counts_.resize(values_.size());
    for (const uint32_t place : places_) counts_[place] += 1;
    steps_.push_back(std::move(centroids));
    for (int i = 0; i < settings.iterations; ++i) {
        const std::vector<double>& c = steps_.back();
        const std::vector<double> a = attention(c);
        const size_t clusters = c.size();
        std::vector<double> sums(clusters), shares(clusters), next = c;
        for (size_t u = 0; u < values_.size(); ++u)
            for (size_t k = 0; k < clusters; ++k) {
                sums[k] += counts_[u] * a[u * clusters + k] * values_[u];
                shares[k] += counts_[u] * a[u * clusters + k];
            }
        double moved = 0, largest = 0;
        for (size_t k = 0; k < clusters; ++k) {
            if (shares[k] > 0) next[k] = sums[k] / shares[k];
            moved = std::max(moved, std::abs(next[k] - c[k]));
            largest = std::max(largest, std::abs(next[k]));
        }
        steps_.push_back(std::move(next));
        if (moved <= settings.tolerance * largest) break;
    }
}

std::vector<double> SoftPalette::attention(const std::vector<double>& centroids) const
{
    const size_t clusters = centroids.size();
    std::vector<double> a(values_.size() * clusters);
    for (size_t u = 0; u < values_.size(); ++u) {
        double* row = a.data() + u * clusters;
        double nearest = HUGE_VAL, total = 0;
        for (size_t k = 0; k < clusters; ++k) {
            row[k] = (values_[u] - centroids[k]) * (values_[u] - centroids[k]);
            nearest = std::min(nearest, row[k]);
        }
        for (size_t k = 0; k < clusters; ++k) total += row[k] = std::exp((nearest - row[k]) / settings_.temperature);
        for (size_t k = 0; k < clusters; ++k) row[k] /= total;
    }
    return a;
}

std::vector<float> SoftPalette::soft() const
{
    const std::vector<double>& c = centroids();
    const std::vector<double> a = attention(c);
    std::vector<double> mixed(values_.size());
    for (size_t u = 0; u < mixed.size(); ++u)
        for (size_t k = 0; k < c.size(); ++k) mixed[u] += a[u * c.size() + k] * c[k];
    std::vector<float> result;
    for (const uint32_t place : places_) result.push_back(float(mixed[place]));
    return result;
}

// What reaches a weight by its own mixture is its own gradient times a slope of its value; what reaches it
// by the centroids is the same for all weights of one value.
std::vector<float> SoftPalette::gradient(std::span<const float> softGradient) const
{
    const std::vector<double>& last = centroids();
    const size_t clusters = last.size();
    std::vector<double> arriving(values_.size()), slopes(values_.size()), shared(values_.size()), byCentroid(clusters);
    for (size_t i = 0; i < places_.size(); ++i) arriving[places_[i]] += double(softGradient[i]);
    std::vector<double> a = attention(last);
    for (size_t u = 0; u < values_.size(); ++u) {
        const double* row = a.data() + u * clusters;
        double mixed = 0;
        for (size_t k = 0; k < clusters; ++k) mixed += row[k] * last[k];
        for (size_t k = 0; k < clusters; ++k) {
            const double score = row[k] * (last[k] - mixed); // of the mixture by the score -(w - c)² / τ
            const double slope = 2 * (values_[u] - last[k]) / settings_.temperature;
            slopes[u] -= score * slope;
            byCentroid[k] += arriving[u] * (row[k] + score * slope);
        }
    }
    for (size_t step = steps_.size() - 1; step > 0; --step) {
        const std::vector<double>& before = steps_[step - 1];
        const std::vector<double>& after = steps_[step];
        a = attention(before);
        std::vector<double> shares(clusters), next(clusters);
        for (size_t u = 0; u < values_.size(); ++u)
            for (size_t k = 0; k < clusters; ++k) shares[k] += counts_[u] * a[u * clusters + k];
        for (size_t u = 0; u < values_.size(); ++u) {
            const double* row = a.data() + u * clusters;
            std::vector<double> byShare(clusters); // of the loss by this weight's attention
            double mean = 0;
            for (size_t k = 0; k < clusters; ++k) {
                if (!(shares[k] > 0)) continue;
                byShare[k] = byCentroid[k] * (values_[u] - after[k]) / shares[k];
                mean += row[k] * byShare[k];
                shared[u] += byCentroid[k] * row[k] / shares[k];
            }
            for (size_t k = 0; k < clusters; ++k) {
                const double score = row[k] * (byShare[k] - mean);
                const double slope = 2 * (values_[u] - before[k]) / settings_.temperature;
                shared[u] -= score * slope;
                next[k] += counts_[u] * score * slope;
            }
        }
        for (size_t k = 0; k < clusters; ++k)
            if (!(shares[k] > 0)) next[k] += byCentroid[k]; // a value without weights stays where it is
        byCentroid = std::move(next);
    }
    std::vector<float> result;
    for (size_t i = 0; i < places_.size(); ++i)
        result.push_back(float(double(softGradient[i]) * slopes[places_[i]] + shared[places_[i]]));
    return result;
}

} // namespace paretoscope::quantization
