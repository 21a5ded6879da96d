#include "plugins/quantization/awq_search.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace paretoscope::quantization {

namespace {

constexpr int clipSteps = awqGridSteps / 2; // down to half of the range, exclusive

float rounded(float weight, const AffineGrid& grid, int bits)
{
    return float(dequantize(quantize(double(weight), grid, bits), grid));
}

// Of one group: Σ_ab d_a H_ab d_b, where H starts at `h` with rows `stride` apart.
double groupChange(std::span<const double> difference, const double* h, int64_t stride)
{
    double sum = 0;
    for (size_t a = 0; a < difference.size(); ++a) {
        double row = 0;
        for (size_t b = 0; b < difference.size(); ++b) row += h[int64_t(a) * stride + int64_t(b)] * difference[b];
        sum += difference[a] * row;
    }
    return sum;
}

void clipGroup(std::span<float> group, const double* h, int64_t stride, int bits)
{
    float largest = 0;
    for (const float weight : group) largest = std::max(largest, std::abs(weight));
    std::vector<float> trial(group.size());
    std::vector<double> difference(group.size());
    double best = std::numeric_limits<double>::max();
    float limit = largest;
    for (int step = 0; step < clipSteps; ++step) {
        const float bound = largest * (1 - float(step) / awqGridSteps);
        for (size_t i = 0; i < group.size(); ++i) trial[i] = std::clamp(group[i], -bound, bound);
        const AffineGrid grid = fitRawGrid(trial, bits);
        for (size_t i = 0; i < group.size(); ++i)
            difference[i] = double(group[i]) - double(rounded(trial[i], grid, bits));
        const double change = groupChange(difference, h, stride);
        if (change >= best) continue;
        best = change;
        limit = bound;
    }
    for (float& weight : group) weight = std::clamp(weight, -limit, limit);
}

} // namespace

AffineGrid fitRawGrid(std::span<const float> weights, int bits)
{
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    const int highest = (1 << bits) - 1;
    AffineGrid grid;
    grid.scale = std::max(double(*high) - double(*low), 1e-5) / highest;
    grid.zero = int(std::clamp(-std::nearbyint(double(*low) / grid.scale), 0.0, double(highest)));
    return grid;
}

std::vector<float> awqScales(std::span<const double> meanMagnitude, double ratio)
{
    std::vector<float> scales;
    for (const double magnitude : meanMagnitude) scales.push_back(float(std::max(std::pow(magnitude, ratio), 1e-4)));
    const auto [low, high] = std::minmax_element(scales.begin(), scales.end());
    const float middle = std::sqrt(*low * *high);
    for (float& scale : scales) scale /= middle;
    return scales;
}

std::vector<float> roundedScaled(const AwqMatrix& matrix, std::span<const float> scales, const AwqGroups& groups)
{
    std::vector<float> result(matrix.weights.begin(), matrix.weights.end());
    parallelFor(matrix.rows, 8, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const auto row = std::span(result).subspan(size_t(r * matrix.columns), size_t(matrix.columns));
            for (size_t c = 0; c < scales.size(); ++c) row[c] *= scales[c];
            for (int64_t first = 0; first < matrix.columns; first += groups.groupSize) {
                const auto group = row.subspan(size_t(first), size_t(groups.groupSize));
                const AffineGrid grid = fitRawGrid(group, groups.bits);
                for (float& weight : group) weight = rounded(weight, grid, groups.bits);
            }
            for (size_t c = 0; c < scales.size(); ++c) row[c] /= scales[c];
        }
    });
    return result;
}

double outputChange(const Backend& backend, const AwqMatrix& matrix, std::span<const float> other,
                    std::span<const double> covariance)
{
    const int64_t n = matrix.columns;
    std::vector<float> difference(matrix.weights.size()), h(covariance.begin(), covariance.end()), product(difference.size());
    for (size_t i = 0; i < difference.size(); ++i) difference[i] = matrix.weights[i] - other[i];
    backend.gemm(false, false, 1, {difference.data(), matrix.rows, n}, {h.data(), n, n}, false, {product.data(), matrix.rows, n});
    double sum = 0;
    for (size_t i = 0; i < difference.size(); ++i) sum += double(difference[i]) * double(product[i]);
    return sum;
}

std::vector<float> clippedGroups(const AwqMatrix& matrix, std::span<const double> covariance, const AwqGroups& groups)
{
    std::vector<float> result(matrix.weights.begin(), matrix.weights.end());
    parallelFor(matrix.rows, 1, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
            for (int64_t first = 0; first < matrix.columns; first += groups.groupSize)
                clipGroup(std::span(result).subspan(size_t(r * matrix.columns + first), size_t(groups.groupSize)),
                          covariance.data() + first * matrix.columns + first, matrix.columns, groups.bits);
    });
    return result;
}

PackedMatrix packRawGroups(const AwqMatrix& matrix, const AwqGroups& groups, const std::string& what)
{
    PackedMatrixBuilder builder(matrix.rows, matrix.columns, groups.bits, groups.groupSize, false);
    parallelFor(matrix.rows, 4, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> codes(static_cast<size_t>(matrix.columns));
        std::vector<AffineGrid> grids(size_t(matrix.columns / groups.groupSize));
        for (int64_t r = begin; r < end; ++r) {
            const auto row = matrix.weights.subspan(size_t(r * matrix.columns), size_t(matrix.columns));
            for (size_t g = 0; g < grids.size(); ++g) {
                const auto group = row.subspan(g * size_t(groups.groupSize), size_t(groups.groupSize));
                grids[g] = fitRawGrid(group, groups.bits);
                for (size_t c = 0; c < group.size(); ++c)
                    codes[g * size_t(groups.groupSize) + c] = uint8_t(quantize(double(group[c]), grids[g], groups.bits));
            }
            builder.setRow(r, codes, grids, what);
        }
    });
    return builder.take();
}

} // namespace paretoscope::quantization
