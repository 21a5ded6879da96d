#include "core/autograd/gradient_kernels.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace paretoscope {

namespace {

struct Slope {
    float value, derivative;
};

// An activation and its derivative at one point.
template <Activation kind> Slope slope(float x)
{
    if constexpr (kind == Activation::Silu || kind == Activation::QuickGelu) {
        constexpr float steep = kind == Activation::Silu ? 1.0f : 1.702f;
        const float share = 1 / (1 + std::exp(-steep * x));
        return {x * share, share * (1 + steep * x * (1 - share))};
    } else if constexpr (kind == Activation::Gelu) {
        const float share = 0.5f * std::erfc(-x * float(1 / std::numbers::sqrt2));
        const float density = float(1 / std::sqrt(2 * std::numbers::pi)) * std::exp(-0.5f * x * x);
        return {x * share, share + x * density};
    } else if constexpr (kind == Activation::GeluTanh) {
        const float factor = float(std::sqrt(2 / std::numbers::pi));
        const float t = std::tanh(factor * (x + 0.044715f * x * x * x));
        const float inner = factor * (1 + 3 * 0.044715f * x * x);
        return {0.5f * x * (1 + t), 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * inner};
    } else if constexpr (kind == Activation::Relu) {
        return {std::max(x, 0.0f), x > 0 ? 1.0f : 0.0f};
    } else if constexpr (kind == Activation::ReluSquared) {
        const float positive = std::max(x, 0.0f);
        return {positive * positive, 2 * positive};
    } else {
        return {x, 1};
    }
}

// Calls work.template operator()<kind>().
template <class Work> void withActivation(Activation activation, Work&& work)
{
    switch (activation) {
    case Activation::Identity: return work.template operator()<Activation::Identity>();
    case Activation::Silu: return work.template operator()<Activation::Silu>();
    case Activation::Gelu: return work.template operator()<Activation::Gelu>();
    case Activation::GeluTanh: return work.template operator()<Activation::GeluTanh>();
    case Activation::QuickGelu: return work.template operator()<Activation::QuickGelu>();
    case Activation::Relu: return work.template operator()<Activation::Relu>();
    case Activation::ReluSquared: return work.template operator()<Activation::ReluSquared>();
    }
}

int64_t rowsAtOnce(int64_t columns)
{
    return std::max<int64_t>(1, (1 << 12) / std::max<int64_t>(1, columns));
}

// Rows [begin, end) of a normalization; weight and bias sums go to `dWeight` and `dBias`, or nowhere.
void normRows(NormKind kind, float epsilon, const float* weight, ConstMatrixView x, ConstMatrixView dy,
              MatrixView dx, double* dWeight, double* dBias, int64_t begin, int64_t end)
{
    const int64_t columns = x.columns;
    const auto count = double(columns);
    for (int64_t r = begin; r < end; ++r) {
        const float* in = x.row(r);
        const float* out = dy.row(r);
        double mean = 0, squares = 0;
        if (kind == NormKind::Layer) {
            for (int64_t c = 0; c < columns; ++c) mean += double(in[c]);
            mean /= count;
        }
        for (int64_t c = 0; c < columns; ++c) squares += (double(in[c]) - mean) * (double(in[c]) - mean);
        const double inverse = 1 / std::sqrt(squares / count + double(epsilon));
        double sum = 0, along = 0; // of the gradient, and of the gradient times the normalized value
        for (int64_t c = 0; c < columns; ++c) {
            const double normalized = (double(in[c]) - mean) * inverse;
            const double g = double(out[c]) * (weight ? double(weight[c]) : 1.0);
            sum += g;
            along += g * normalized;
            if (dWeight) dWeight[c] += double(out[c]) * normalized;
            if (dBias) dBias[c] += double(out[c]);
        }
        if (!dx.data) continue;
        const double centre = kind == NormKind::Layer ? sum / count : 0;
        for (int64_t c = 0; c < columns; ++c) {
            const double normalized = (double(in[c]) - mean) * inverse;
            const double g = double(out[c]) * (weight ? double(weight[c]) : 1.0);
            dx.row(r)[c] += float(inverse * (g - centre - normalized * along / count));
        }
    }
}

} // namespace

void addActivationGradient(Activation activation, ConstMatrixView x, ConstMatrixView dy, MatrixView dx)
{
    withActivation(activation, [&]<Activation kind>() {
        parallelFor(x.rows, rowsAtOnce(x.columns), [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r)
                for (int64_t c = 0; c < x.columns; ++c)
                    dx.row(r)[c] += dy.row(r)[c] * slope<kind>(x.row(r)[c]).derivative;
        });
    });
}

void addGatedGradient(Activation activation, ConstMatrixView gate, ConstMatrixView up, ConstMatrixView dy,
                      MatrixView dGate, MatrixView dUp)
{
    withActivation(activation, [&]<Activation kind>() {
        parallelFor(gate.rows, rowsAtOnce(gate.columns), [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r)
                for (int64_t c = 0; c < gate.columns; ++c) {
                    const Slope at = slope<kind>(gate.row(r)[c]);
                    const float g = dy.row(r)[c];
                    dGate.row(r)[c] += g * up.row(r)[c] * at.derivative;
                    dUp.row(r)[c] += g * at.value;
                }
        });
    });
}

void addNormGradient(NormKind kind, float epsilon, const float* weight, ConstMatrixView x, ConstMatrixView dy,
                     const NormGradients& result)
{
    // Parameters are summed in a fixed number of parts, so that the result does not depend on threads.
    constexpr int64_t parts = 8;
    const auto columns = size_t(x.columns);
    std::vector<double> weights(result.weight ? parts * columns : 0), biases(result.bias ? parts * columns : 0);
    parallelFor(parts, 1, [&](int64_t first, int64_t last) {
        for (int64_t part = first; part < last; ++part)
            normRows(kind, epsilon, weight, x, dy, result.x, result.weight ? &weights[size_t(part) * columns] : nullptr,
                     result.bias ? &biases[size_t(part) * columns] : nullptr, x.rows * part / parts,
                     x.rows * (part + 1) / parts);
    });
    for (size_t c = 0; c < columns; ++c) {
        double weightSum = 0, biasSum = 0;
        for (size_t part = 0; part < parts; ++part) {
            if (result.weight) weightSum += weights[part * columns + c];
            if (result.bias) biasSum += biases[part * columns + c];
        }
        if (result.weight) result.weight[c] += float(weightSum);
        if (result.bias) result.bias[c] += float(biasSum);
    }
}

} // namespace paretoscope
