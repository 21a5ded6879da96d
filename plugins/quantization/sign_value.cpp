#include "plugins/quantization/sign_value.h"

#include "core/base/error.h"
#include "core/base/half.h"

#include <cmath>

namespace paretoscope::quantization {

namespace {

double normalize(std::vector<double>& vector, double squares)
{
    double sum = 0;
    for (const double value : vector) sum += value * value;
    const double factor = sum > 0 ? std::sqrt(squares / sum) : 0;
    for (double& value : vector) value *= factor;
    return factor;
}

Tensor halves(const std::vector<float>& values, const std::string& what)
{
    Tensor result = Tensor::zeros(DType::F16, {int64_t(values.size())});
    const std::span<uint16_t> to = result.fill<uint16_t>();
    for (size_t i = 0; i < values.size(); ++i) {
        to[i] = floatToHalf(values[i]);
        if (!std::isfinite(halfToFloat(to[i])))
            fail(ErrorCode::Unsupported, "{}: its weights are too large for 16-bit scales", what);
    }
    return result;
}

} // namespace

Magnitudes rankOneMagnitudes(std::span<const float> weights, int64_t rows, int64_t columns)
{
    std::vector<double> a(static_cast<size_t>(rows)), b(size_t(columns), 1.0), next(static_cast<size_t>(columns));
    // All entries of |W| are of one sign, so the first singular value stands far above the others.
    constexpr int mostSteps = 200;
    for (int step = 0; step < mostSteps; ++step) {
        std::fill(next.begin(), next.end(), 0.0);
        for (int64_t r = 0; r < rows; ++r) {
            const float* row = weights.data() + r * columns;
            double sum = 0;
            for (int64_t c = 0; c < columns; ++c) sum += std::abs(double(row[c])) * b[size_t(c)];
            a[size_t(r)] = sum / double(columns);
            for (int64_t c = 0; c < columns; ++c) next[size_t(c)] += std::abs(double(row[c])) * sum;
        }
        normalize(next, double(columns));
        double change = 0;
        for (size_t c = 0; c < next.size(); ++c) change += std::pow(next[c] - b[c], 2);
        b.swap(next);
        if (change < 1e-20 * double(columns)) break;
    }
    for (int64_t r = 0; r < rows; ++r) {
        double sum = 0;
        for (int64_t c = 0; c < columns; ++c) sum += std::abs(double(weights[size_t(r * columns + c)])) * b[size_t(c)];
        a[size_t(r)] = sum / double(columns);
    }
    return {{a.begin(), a.end()}, {b.begin(), b.end()}};
}

Magnitudes meanMagnitudes(std::span<const float> weights, int64_t rows, int64_t columns)
{
    double sum = 0;
    for (const float weight : weights) sum += std::abs(double(weight));
    return {std::vector<float>(size_t(rows), float(sum / double(rows * columns))),
            std::vector<float>(size_t(columns), 1.0f)};
}

SignMatrix signMatrix(std::span<const float> weights, const Magnitudes& magnitudes, const std::string& what)
{
    SignMatrix matrix;
    matrix.rows = int64_t(magnitudes.rows.size());
    matrix.columns = int64_t(magnitudes.columns.size());
    matrix.rowScales = halves(magnitudes.rows, what);
    matrix.columnScales = halves(magnitudes.columns, what);
    matrix.signs = Tensor::zeros(DType::U8, {matrix.rows, matrix.rowBytes()});
    const std::span<uint8_t> signs = matrix.signs.fill<uint8_t>();
    for (int64_t r = 0; r < matrix.rows; ++r)
        for (int64_t c = 0; c < matrix.columns; ++c)
            if (weights[size_t(r * matrix.columns + c)] < 0) {
                uint8_t& byte = signs[size_t(r * matrix.rowBytes() + c / 8)];
                byte = uint8_t(byte | 1 << (c % 8));
            }
    return matrix;
}

} // namespace paretoscope::quantization
