#include "plugins/quantization/k_means.h"

#include "core/base/parallel.h"
#include "core/base/random.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace paretoscope::quantization {

namespace {

std::vector<float> firstCentroids(std::span<const float> points, int64_t dimension, const KMeansSettings& settings)
{
    const auto width = size_t(dimension);
    std::vector<size_t> order(points.size() / width);
    std::iota(order.begin(), order.end(), size_t{0});
    Random random(settings.seed, "k-means");
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    std::map<std::vector<float>, bool> seen;
    std::vector<float> centroids;
    for (const size_t i : order) {
        std::vector<float> point(points.begin() + std::ptrdiff_t(i * width), points.begin() + std::ptrdiff_t((i + 1) * width));
        if (!seen.emplace(point, true).second) continue;
        centroids.insert(centroids.end(), point.begin(), point.end());
        if (centroids.size() == size_t(settings.clusters) * width) break;
    }
    centroids.resize(size_t(settings.clusters) * width, 0.0f);
    return centroids;
}

// Means of what each centroid has; those that have nothing take the points that fit worst.
void moveCentroids(std::span<const float> points, int64_t dimension, KMeans& state)
{
    const auto width = size_t(dimension);
    const size_t clusters = state.centroids.size() / width;
    std::vector<double> sums(state.centroids.size());
    std::vector<size_t> counts(clusters);
    for (size_t i = 0; i < state.codes.size(); ++i) {
        ++counts[state.codes[i]];
        for (size_t d = 0; d < width; ++d) sums[state.codes[i] * width + d] += double(points[i * width + d]);
    }
    std::vector<std::pair<double, size_t>> worst;
    if (std::find(counts.begin(), counts.end(), size_t{0}) != counts.end())
        for (size_t i = 0; i < state.codes.size(); ++i) {
            double distance = 0;
            for (size_t d = 0; d < width; ++d) {
                const double off = double(points[i * width + d]) - double(state.centroids[state.codes[i] * width + d]);
                distance += off * off;
            }
            if (distance > 0) worst.emplace_back(-distance, i);
        }
    std::sort(worst.begin(), worst.end());
    size_t taken = 0;
    for (size_t c = 0; c < clusters; ++c) {
        if (counts[c] == 0 && taken < worst.size()) {
            std::copy_n(points.begin() + std::ptrdiff_t(worst[taken++].second * width), width,
                        state.centroids.begin() + std::ptrdiff_t(c * width));
            continue;
        }
        for (size_t d = 0; counts[c] > 0 && d < width; ++d)
            state.centroids[c * width + d] = float(sums[c * width + d] / double(counts[c]));
    }
}

} // namespace

KMeans assignNearest(const Backend& backend, std::span<const float> points, std::vector<float> centroids, int64_t dimension)
{
    const int64_t count = int64_t(points.size()) / dimension, clusters = int64_t(centroids.size()) / dimension;
    std::vector<float> halves(static_cast<size_t>(clusters)); // |c|² / 2
    for (size_t c = 0; c < halves.size(); ++c)
        for (int64_t d = 0; d < dimension; ++d) {
            const float value = centroids[c * size_t(dimension) + size_t(d)];
            halves[c] += value * value / 2;
        }
    KMeans result;
    result.codes.resize(size_t(count));
    std::vector<double> errors(static_cast<size_t>(count));
    constexpr int64_t batch = 4096;
    std::vector<float> products(size_t(std::min(count, batch) * clusters));
    for (int64_t begin = 0; begin < count; begin += batch) {
        const int64_t rows = std::min(batch, count - begin);
        backend.gemm(false, true, 1, {points.data() + begin * dimension, rows, dimension},
                     {centroids.data(), clusters, dimension}, false, {products.data(), rows, clusters});
        parallelFor(rows, 64, [&](int64_t first, int64_t last) {
            for (int64_t r = first; r < last; ++r) {
                const float* row = products.data() + r * clusters;
                int64_t best = 0;
                float most = row[0] - halves[0];
                for (int64_t c = 1; c < clusters; ++c)
                    if (row[c] - halves[size_t(c)] > most) {
                        most = row[c] - halves[size_t(c)];
                        best = c;
                    }
                result.codes[size_t(begin + r)] = uint8_t(best);
                for (int64_t d = 0; d < dimension; ++d) {
                    const double off = double(points[size_t((begin + r) * dimension + d)]) - double(centroids[size_t(best * dimension + d)]);
                    errors[size_t(begin + r)] += off * off;
                }
            }
        });
    }
    for (const double error : errors) result.error += error;
    result.centroids = std::move(centroids);
    return result;
}

KMeans kMeans(const Backend& backend, std::span<const float> points, int64_t dimension, const KMeansSettings& settings)
{
    KMeans state = assignNearest(backend, points, firstCentroids(points, dimension, settings), dimension);
    for (int i = 0; i < settings.iterations; ++i) {
        KMeans moved = state;
        moveCentroids(points, dimension, moved);
        moved = assignNearest(backend, points, std::move(moved.centroids), dimension);
        const bool better = moved.error < state.error * (1 - 1e-4);
        if (moved.error <= state.error) state = std::move(moved);
        if (!better) break;
    }
    return state;
}

} // namespace paretoscope::quantization
