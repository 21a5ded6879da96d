#include "plugins/quantization/smoothing.h"

#include "core/base/half.h"
#include "core/base/parallel.h"
#include "plugins/quantization/affine_quantizer.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

void raiseColumnMaxima(std::span<const float> weights, std::span<float> maxima)
{
    for (size_t i = 0; i < weights.size(); ++i) {
        float& most = maxima[i % maxima.size()];
        most = std::max(most, std::abs(weights[i]));
    }
}

std::vector<float> smoothingScales(std::span<const float> activationMaxima, std::span<const float> weightMaxima,
                                   double strength)
{
    std::vector<float> scales;
    for (size_t i = 0; i < activationMaxima.size(); ++i) {
        const double a = double(activationMaxima[i]), w = double(weightMaxima[i]);
        const double scale = std::pow(a, strength) / std::pow(w, 1 - strength);
        scales.push_back(a > 0 && w > 0 ? float(std::max(scale, 1e-5)) : 1.0f);
    }
    return scales;
}

PackedMatrix eightBitRows(std::span<const float> weights, int64_t rows, int64_t columns, const std::string& what)
{
    PackedMatrixBuilder builder(rows, columns, 8, columns, true);
    parallelFor(rows, 4, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> codes(static_cast<size_t>(columns));
        for (int64_t r = begin; r < end; ++r) {
            const auto row = weights.subspan(size_t(r * columns), size_t(columns));
            float peak = 0;
            for (const float weight : row) peak = std::max(peak, std::abs(weight));
            // What 16 bits store.
            double scale = double(halfToFloat(floatToHalf(peak / 127)));
            if (!(scale > 0)) scale = double(halfToFloat(1));
            for (size_t c = 0; c < row.size(); ++c)
                codes[c] = uint8_t(128 + int(std::clamp(std::nearbyint(double(row[c]) / scale), -127.0, 127.0)));
            const AffineGrid grid{scale, 128};
            builder.setRow(r, codes, {&grid, 1}, what);
        }
    });
    return builder.take();
}

} // namespace paretoscope::quantization
