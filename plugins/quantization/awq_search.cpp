#include "plugins/quantization/awq_search.h"

#include "core/base/parallel.h"
#include "plugins/quantization/equivalent_scaling.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

namespace {

// Largest magnitude of a group.
float peakOf(std::span<const float> group)
{
    float peak = 0;
    for (const float weight : group) peak = std::max(peak, std::abs(weight));
    return peak;
}

// The clips of one column of groups: columns [first, first + size) of every row.
class ClipColumn {
public:
    ClipColumn(const Backend& backend, std::span<const float> weights, int64_t columns, std::span<const double> covariance,
               int64_t first, int64_t size, int bits)
        : backend_(backend), weights_(weights), columns_(columns), rows_(int64_t(weights.size()) / columns), first_(first),
          size_(size), bits_(bits), covariance_(size_t(size * size)), difference_(size_t(rows_ * size)),
          product_(difference_.size())
    {
        for (int64_t a = 0; a < size; ++a)
            for (int64_t b = 0; b < size; ++b)
                covariance_[size_t(a * size + b)] = float(covariance[size_t((first + a) * columns + first + b)]);
    }

    std::vector<float> run(const ClipSettings& settings)
    {
        const auto rows = size_t(rows_);
        std::vector<float> peaks(rows), best(rows);
        std::vector<double> bestLosses(rows, HUGE_VAL);
        for (size_t r = 0; r < rows; ++r) best[r] = peaks[r] = peakOf(group(int64_t(r)));
        const auto tries = std::max(1, int(settings.mostShrink * settings.steps));
        for (int i = 0; i < tries; ++i) {
            const double share = 1 - double(i) / settings.steps;
            parallelFor(rows_, 16, [&](int64_t begin, int64_t end) {
                for (int64_t r = begin; r < end; ++r) roundClipped(r, float(double(peaks[size_t(r)]) * share));
            });
            backend_.gemm(false, false, 1, {difference_.data(), rows_, size_}, {covariance_.data(), size_, size_}, false,
                          {product_.data(), rows_, size_});
            for (size_t r = 0; r < rows; ++r) {
                double loss = 0;
                for (size_t k = r * size_t(size_); k < (r + 1) * size_t(size_); ++k)
                    loss += double(difference_[k]) * double(product_[k]);
                if (!(loss < bestLosses[r])) continue;
                bestLosses[r] = loss;
                best[r] = float(double(peaks[r]) * share);
            }
        }
        return best;
    }

private:
    std::span<const float> group(int64_t row) const
    {
        return weights_.subspan(size_t(row * columns_ + first_), size_t(size_));
    }

    // w - ŵ of a row's group whose weights are at most `most`.
    void roundClipped(int64_t row, float most)
    {
        const std::span<const float> original = group(row);
        const auto rounded = std::span(difference_).subspan(size_t(row * size_), size_t(size_));
        for (size_t k = 0; k < rounded.size(); ++k) rounded[k] = std::clamp(original[k], -most, most);
        const AffineGrid grid = rangeGrid(rounded, bits_);
        for (size_t k = 0; k < rounded.size(); ++k)
            rounded[k] = float(double(original[k]) - dequantize(quantize(double(rounded[k]), grid, bits_), grid));
    }

    const Backend& backend_;
    std::span<const float> weights_;
    int64_t columns_, rows_, first_, size_;
    int bits_;
    std::vector<float> covariance_, difference_, product_;
};

} // namespace

AffineGrid rangeGrid(std::span<const float> weights, int bits)
{
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    const int highest = (1 << bits) - 1;
    AffineGrid grid;
    grid.scale = std::max(double(*high) - double(*low), 1e-5) / highest;
    grid.zero = int(std::clamp(-std::nearbyint(double(*low) / grid.scale), 0.0, double(highest)));
    return grid;
}

void roundInPlace(std::span<float> weights, int64_t groupSize, int bits)
{
    parallelFor(int64_t(weights.size()) / groupSize, 16, [&](int64_t begin, int64_t end) {
        for (int64_t g = begin; g < end; ++g) {
            const auto group = weights.subspan(size_t(g * groupSize), size_t(groupSize));
            const AffineGrid grid = rangeGrid(group, bits);
            for (float& weight : group) weight = float(dequantize(quantize(double(weight), grid, bits), grid));
        }
    });
}

std::vector<float> scalesOf(std::span<const double> meanMagnitudes, double ratio)
{
    std::vector<double> scales;
    for (const double mean : meanMagnitudes) scales.push_back(std::max(std::pow(mean, ratio), 1e-4));
    const auto [low, high] = std::minmax_element(scales.begin(), scales.end());
    const double middle = std::sqrt(*low * *high);
    std::vector<float> result;
    for (const double scale : scales) result.push_back(float(scale / middle));
    return result;
}

std::vector<float> roundedUnderScales(std::span<const float> weights, std::span<const float> scales, int64_t groupSize,
                                      int bits)
{
    std::vector<float> rounded(weights.begin(), weights.end());
    scaleColumns(rounded, scales);
    roundInPlace(rounded, groupSize, bits);
    for (size_t i = 0; i < rounded.size(); ++i) rounded[i] /= scales[i % scales.size()];
    return rounded;
}

double outputLoss(const Backend& backend, std::span<const float> weights, std::span<const float> rounded,
                  std::span<const double> covariance, int64_t columns)
{
    const int64_t rows = int64_t(weights.size()) / columns;
    std::vector<float> difference(weights.size()), product(weights.size());
    for (size_t i = 0; i < weights.size(); ++i) difference[i] = weights[i] - rounded[i];
    const std::vector<float> h(covariance.begin(), covariance.end());
    backend.gemm(false, false, 1, {difference.data(), rows, columns}, {h.data(), columns, columns}, false,
                 {product.data(), rows, columns});
    double loss = 0;
    for (size_t i = 0; i < weights.size(); ++i) loss += double(difference[i]) * double(product[i]);
    return loss;
}

std::vector<double> scaledCovariance(std::span<const double> covariance, std::span<const float> scales)
{
    std::vector<double> result(covariance.begin(), covariance.end());
    const size_t n = scales.size();
    for (size_t a = 0; a < n; ++a)
        for (size_t b = 0; b < n; ++b) result[a * n + b] /= double(scales[a]) * double(scales[b]);
    return result;
}

std::vector<float> bestClips(const Backend& backend, std::span<const float> weights, int64_t columns,
                             std::span<const double> covariance, int64_t groupSize, int bits, const ClipSettings& settings)
{
    std::vector<float> clips(weights.size() / size_t(groupSize));
    const int64_t groups = columns / groupSize;
    for (int64_t g = 0; g < groups; ++g) {
        const std::vector<float> column =
            ClipColumn(backend, weights, columns, covariance, g * groupSize, groupSize, bits).run(settings);
        for (size_t r = 0; r < column.size(); ++r) clips[r * size_t(groups) + size_t(g)] = column[r];
    }
    return clips;
}

void clipInPlace(std::span<float> weights, int64_t groupSize, std::span<const float> clips)
{
    for (size_t i = 0; i < weights.size(); ++i) {
        const float most = clips[i / size_t(groupSize)];
        weights[i] = std::clamp(weights[i], -most, most);
    }
}

PackedMatrix packOnRanges(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize, int bits,
                          const std::string& what)
{
    PackedMatrixBuilder builder(rows, columns, bits, groupSize, false);
    parallelFor(rows, 4, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> codes(static_cast<size_t>(columns));
        std::vector<AffineGrid> grids(static_cast<size_t>(columns / groupSize));
        for (int64_t r = begin; r < end; ++r) {
            const auto row = weights.subspan(size_t(r * columns), size_t(columns));
            for (size_t g = 0; g < grids.size(); ++g)
                grids[g] = rangeGrid(row.subspan(g * size_t(groupSize), size_t(groupSize)), bits);
            for (size_t c = 0; c < codes.size(); ++c)
                codes[c] = uint8_t(quantize(double(row[c]), grids[c / size_t(groupSize)], bits));
            builder.setRow(r, codes, grids, what);
        }
    });
    return builder.take();
}

} // namespace paretoscope::quantization
