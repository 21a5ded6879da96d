// First version: OpenBLAS for matrix products, plain loops for the rest.
#include "core/backend/backend.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cblas.h>
#include <cmath>
#include <limits>
#include <vector>

namespace paretoscope {

namespace {

float activated(Activation activation, float x)
{
    switch (activation) {
    case Activation::Identity: return x;
    case Activation::Silu: return x / (1 + std::exp(-x));
    case Activation::Gelu: return 0.5f * x * (1 + std::erf(x * 0.70710678f));
    case Activation::GeluTanh:
        return 0.5f * x * (1 + std::tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
    case Activation::QuickGelu: return x / (1 + std::exp(-1.702f * x));
    case Activation::Relu: return std::max(0.0f, x);
    case Activation::ReluSquared: return x > 0 ? x * x : 0;
    }
    return x;
}

void setBias(const float* bias, MatrixView y)
{
    for (int64_t r = 0; r < y.rows; ++r)
        for (int64_t c = 0; c < y.columns; ++c) y.row(r)[c] = bias ? bias[c] : 0;
}

class CpuBackend : public Backend {
public:
    std::string name() const override { return "cpu"; }
    std::string detail() const override { return fmt::format("OpenBLAS {}", openblas_get_corename()); }

    void linear(ConstMatrixView x, const Tensor& weight, const float* bias, MatrixView y) const override
    {
        const int64_t outputs = weight.extent(0);
        const int64_t inputs = weight.extent(1);
        const int64_t panel = std::max<int64_t>(1, std::min<int64_t>(outputs, (1 << 20) / std::max<int64_t>(1, inputs)));
        std::vector<float> dense(size_t(panel * inputs));
        setBias(bias, y);
        for (int64_t begin = 0; begin < outputs; begin += panel) {
            const int64_t end = std::min(outputs, begin + panel);
            weight.toFloats(begin * inputs, std::span(dense).first(size_t((end - begin) * inputs)));
            multiply(x, dense.data(), end - begin, {y.data + begin, y.rows, end - begin, y.stride});
        }
    }

    void linearPacked(ConstMatrixView x, const PackedMatrix& weight, const float* bias,
                      MatrixView y) const override
    {
        std::vector<float> dense(size_t(weight.columns));
        setBias(bias, y);
        for (int64_t n = 0; n < weight.rows; ++n) {
            dequantizeRow(weight, n, dense);
            multiply(x, dense.data(), 1, {y.data + n, y.rows, 1, y.stride});
        }
    }

    void gemm(bool transposeA, bool transposeB, float alpha, ConstMatrixView a, ConstMatrixView b,
              bool accumulate, MatrixView y) const override
    {
        const auto inner = transposeA ? a.rows : a.columns;
        cblas_sgemm(CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
                    transposeB ? CblasTrans : CblasNoTrans, int(y.rows), int(y.columns), int(inner), alpha,
                    a.data, int(a.stride), b.data, int(b.stride), accumulate ? 1.0f : 0.0f, y.data,
                    int(y.stride));
    }

    void embed(const Tensor& table, std::span<const int32_t> ids, float scale, MatrixView y) const override
    {
        const int64_t width = table.extent(1);
        for (size_t i = 0; i < ids.size(); ++i) {
            table.toFloats(ids[i] * width, y.rowSpan(int64_t(i)));
            for (float& element : y.rowSpan(int64_t(i))) element *= scale;
        }
    }

    void rmsNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon,
                 MatrixView y) const override
    {
        for (int64_t r = 0; r < x.rows; ++r) {
            double squares = 0;
            for (const float e : x.rowSpan(r)) squares += double(e) * e;
            const auto factor = float(1 / std::sqrt(squares / double(x.columns) + double(epsilon)));
            for (int64_t c = 0; c < x.columns; ++c)
                y.row(r)[c] = x.row(r)[c] * factor * (weight ? weight[c] : 1) + (bias ? bias[c] : 0);
        }
    }

    void layerNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon,
                   MatrixView y) const override
    {
        for (int64_t r = 0; r < x.rows; ++r) {
            double sum = 0;
            for (const float e : x.rowSpan(r)) sum += double(e);
            const double mean = sum / double(x.columns);
            double squares = 0;
            for (const float e : x.rowSpan(r)) squares += (double(e) - mean) * (double(e) - mean);
            const double factor = 1 / std::sqrt(squares / double(x.columns) + double(epsilon));
            for (int64_t c = 0; c < x.columns; ++c)
                y.row(r)[c] = float((double(x.row(r)[c]) - mean) * factor) * (weight ? weight[c] : 1) +
                              (bias ? bias[c] : 0);
        }
    }

    void rope(MatrixView x, int64_t heads, int64_t headDim, ConstMatrixView cosines, ConstMatrixView sines,
              bool interleaved) const override
    {
        const int64_t pairs = cosines.columns;
        const int64_t step = interleaved ? 2 : 1;
        const int64_t partner = interleaved ? 1 : pairs;
        for (int64_t r = 0; r < x.rows; ++r)
            for (int64_t h = 0; h < heads; ++h)
                for (int64_t i = 0; i < pairs; ++i) {
                    float* a = x.row(r) + h * headDim + i * step;
                    float* b = a + partner;
                    const float c = cosines.row(r)[i];
                    const float s = sines.row(r)[i];
                    const float rotated = *a * c - *b * s;
                    *b = *a * s + *b * c;
                    *a = rotated;
                }
    }

    void attention(const AttentionShape& shape, ConstMatrixView query, std::span<const int32_t> positions,
                   std::span<const KeyValueSpan> kvHeads, MatrixView output) const override
    {
        parallelFor(shape.queryHeads * query.rows, 8, [&](int64_t begin, int64_t end) {
            std::vector<float> logits;
            for (int64_t i = begin; i < end; ++i)
                attend(shape, query, positions, kvHeads, output, i % shape.queryHeads, i / shape.queryHeads,
                       logits);
        });
    }

    void activate(Activation activation, ConstMatrixView x, MatrixView y) const override
    {
        for (int64_t r = 0; r < x.rows; ++r)
            for (int64_t c = 0; c < x.columns; ++c) y.row(r)[c] = activated(activation, x.row(r)[c]);
    }

    void gatedActivation(Activation activation, ConstMatrixView gate, ConstMatrixView up,
                         MatrixView y) const override
    {
        for (int64_t r = 0; r < gate.rows; ++r)
            for (int64_t c = 0; c < gate.columns; ++c)
                y.row(r)[c] = activated(activation, gate.row(r)[c]) * up.row(r)[c];
    }

    void add(ConstMatrixView x, float alpha, MatrixView y) const override
    {
        for (int64_t r = 0; r < x.rows; ++r)
            for (int64_t c = 0; c < x.columns; ++c) y.row(r)[c] += alpha * x.row(r)[c];
    }

    void logProbabilities(ConstMatrixView logits, std::span<const int32_t> targets, std::span<float> result,
                          float* logSumExp) const override
    {
        for (int64_t r = 0; r < logits.rows; ++r) {
            float top = -std::numeric_limits<float>::infinity();
            for (const float e : logits.rowSpan(r)) top = std::max(top, e);
            double sum = 0;
            for (const float e : logits.rowSpan(r)) sum += std::exp(double(e - top));
            const double total = double(top) + std::log(sum);
            if (logSumExp) logSumExp[r] = float(total);
            const int32_t target = targets[size_t(r)];
            if (target >= 0) result[size_t(r)] = float(double(logits.row(r)[target]) - total);
        }
    }

    void convert(const Tensor& tensor, int64_t begin, std::span<float> result) const override
    {
        tensor.toFloats(begin, result);
    }

private:
    static void multiply(ConstMatrixView x, const float* weight, int64_t outputs, MatrixView y)
    {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, int(x.rows), int(outputs), int(x.columns), 1,
                    x.data, int(x.stride), weight, int(x.columns), 1, y.data, int(y.stride));
    }

    static void attend(const AttentionShape& shape, ConstMatrixView query, std::span<const int32_t> positions,
                       std::span<const KeyValueSpan> kvHeads, MatrixView output, int64_t head, int64_t row,
                       std::vector<float>& logits)
    {
        const KeyValueSpan& kv = kvHeads[size_t(head / (shape.queryHeads / shape.kvHeads))];
        const float* q = query.row(row) + head * shape.keyDim;
        const int64_t position = positions[size_t(row)];
        logits.assign(size_t(kv.length), -std::numeric_limits<float>::infinity());
        float top = shape.sinks ? shape.sinks[head] : -std::numeric_limits<float>::infinity();
        for (int64_t k = 0; k < kv.length; ++k) {
            const int64_t distance = position - kv.positions[k];
            if (shape.causal && distance < 0) continue;
            if (shape.window > 0 && distance >= shape.window) continue;
            float dot = cblas_sdot(int(shape.keyDim), q, 1, kv.keys + k * kv.keyStride, 1) * shape.scale;
            if (shape.softCap > 0) dot = shape.softCap * std::tanh(dot / shape.softCap);
            if (shape.alibiSlopes) dot -= shape.alibiSlopes[head] * float(distance);
            logits[size_t(k)] = dot;
            top = std::max(top, dot);
        }
        double sum = shape.sinks ? std::exp(double(shape.sinks[head] - top)) : 0;
        for (float& logit : logits) {
            logit = std::exp(logit - top);
            sum += double(logit);
        }
        float* out = output.row(row) + head * shape.valueDim;
        std::fill(out, out + shape.valueDim, 0.0f);
        for (int64_t k = 0; k < kv.length; ++k)
            if (logits[size_t(k)] != 0)
                cblas_saxpy(int(shape.valueDim), float(double(logits[size_t(k)]) / sum),
                            kv.values + k * kv.valueStride, 1, out, 1);
    }
};

} // namespace

std::shared_ptr<const Backend> cpuBackend()
{
    static const auto instance = std::make_shared<const CpuBackend>();
    return instance;
}

} // namespace paretoscope
