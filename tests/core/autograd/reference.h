// Operations in f64, written from their formulas, and derivatives by central differences.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace paretoscope::test {

// Row-major.
struct Matrix {
    int64_t rows = 0, columns = 0;
    std::vector<double> values;

    Matrix() = default;
    Matrix(int64_t r, int64_t c) : rows(r), columns(c), values(size_t(r * c)) {}
    double& at(int64_t r, int64_t c) { return values[size_t(r * columns + c)]; }
    double at(int64_t r, int64_t c) const { return values[size_t(r * columns + c)]; }
};

inline Matrix product(const Matrix& x, const Matrix& w) // x · wᵀ
{
    Matrix y(x.rows, w.rows);
    for (int64_t r = 0; r < x.rows; ++r)
        for (int64_t n = 0; n < w.rows; ++n)
            for (int64_t k = 0; k < x.columns; ++k) y.at(r, n) += x.at(r, k) * w.at(n, k);
    return y;
}

inline Matrix sum(const Matrix& x, const Matrix& y, double alpha = 1)
{
    Matrix z = x;
    for (size_t i = 0; i < z.values.size(); ++i) z.values[i] += alpha * y.values[i];
    return z;
}

// Groups of `width` columns are normalized by themselves. weight and bias [1, width] or empty.
inline Matrix normalized(const Matrix& x, int64_t width, bool centred, double epsilon, const Matrix& weight,
                         const Matrix& bias)
{
    Matrix y = x;
    for (int64_t r = 0; r < x.rows; ++r)
        for (int64_t begin = 0; begin < x.columns; begin += width) {
            double mean = 0, squares = 0;
            for (int64_t c = 0; c < width; ++c) mean += x.at(r, begin + c) / double(width);
            if (!centred) mean = 0;
            for (int64_t c = 0; c < width; ++c) squares += std::pow(x.at(r, begin + c) - mean, 2) / double(width);
            for (int64_t c = 0; c < width; ++c) {
                double value = (x.at(r, begin + c) - mean) / std::sqrt(squares + epsilon);
                if (!weight.values.empty()) value *= weight.at(0, c);
                if (!bias.values.empty()) value += bias.at(0, c);
                y.at(r, begin + c) = value;
            }
        }
    return y;
}

// Rotates pairs (i, i + dim/2) of each head by position · theta^(-2i/dim).
inline Matrix rotated(const Matrix& x, int64_t heads, const std::vector<int32_t>& positions, double theta = 10000)
{
    Matrix y = x;
    const int64_t dim = x.columns / heads;
    for (int64_t r = 0; r < x.rows; ++r)
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t i = 0; i < dim / 2; ++i) {
                const double angle = positions[size_t(r)] * std::pow(theta, -2.0 * double(i) / double(dim));
                const int64_t a = h * dim + i, b = a + dim / 2;
                y.at(r, a) = x.at(r, a) * std::cos(angle) - x.at(r, b) * std::sin(angle);
                y.at(r, b) = x.at(r, a) * std::sin(angle) + x.at(r, b) * std::cos(angle);
            }
    return y;
}

struct AttentionRule {
    int64_t heads = 1, kvHeads = 1;
    double scale = 1, softCap = 0;
    int64_t window = 0;
    bool causal = true;
    std::vector<double> slopes, sinks; // a head, or empty
};

inline Matrix attended(const Matrix& q, const Matrix& k, const Matrix& v, const AttentionRule& rule)
{
    const int64_t keyDim = q.columns / rule.heads, valueDim = v.columns / rule.kvHeads;
    Matrix y(q.rows, rule.heads * valueDim);
    for (int64_t h = 0; h < rule.heads; ++h) {
        const int64_t kv = h / (rule.heads / rule.kvHeads);
        for (int64_t r = 0; r < q.rows; ++r) {
            std::vector<double> powers;
            double total = rule.sinks.empty() ? 0 : std::exp(rule.sinks[size_t(h)]);
            for (int64_t s = 0; s < k.rows; ++s) {
                double logit = 0;
                for (int64_t c = 0; c < keyDim; ++c) logit += q.at(r, h * keyDim + c) * k.at(s, kv * keyDim + c);
                logit *= rule.scale;
                if (rule.softCap > 0) logit = rule.softCap * std::tanh(logit / rule.softCap);
                if (!rule.slopes.empty()) logit -= rule.slopes[size_t(h)] * double(r - s);
                const bool seen = (!rule.causal || s <= r) && (rule.window == 0 || r - s < rule.window);
                powers.push_back(seen ? std::exp(logit) : 0);
                total += powers.back();
            }
            for (int64_t s = 0; s < k.rows; ++s)
                for (int64_t c = 0; c < valueDim; ++c)
                    y.at(r, h * valueDim + c) += powers[size_t(s)] / total * v.at(s, kv * valueDim + c);
        }
    }
    return y;
}

inline std::vector<double> logSoftmax(const Matrix& logits, int64_t row, double temperature = 1)
{
    double total = 0;
    for (int64_t c = 0; c < logits.columns; ++c) total += std::exp(logits.at(row, c) / temperature);
    std::vector<double> result;
    for (int64_t c = 0; c < logits.columns; ++c) result.push_back(logits.at(row, c) / temperature - std::log(total));
    return result;
}

// d loss / d parameter[index] by central differences.
inline double derivative(const std::function<double()>& loss, double& parameter, double step = 1e-5)
{
    const double value = parameter;
    parameter = value + step;
    const double above = loss();
    parameter = value - step;
    const double below = loss();
    parameter = value;
    return (above - below) / (2 * step);
}

} // namespace paretoscope::test
