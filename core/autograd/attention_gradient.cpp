// Backward step of attention, in tiles of query rows, from probabilities that are computed again.
#include "core/autograd/gradient_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace paretoscope {

namespace {

constexpr int64_t tileRows = 128;

ConstMatrixView part(ConstMatrixView m, int64_t begin, int64_t end, int64_t column, int64_t columns)
{
    return {m.row(begin) + column, end - begin, columns, m.stride};
}

MatrixView part(MatrixView m, int64_t begin, int64_t end, int64_t column, int64_t columns)
{
    return {m.row(begin) + column, end - begin, columns, m.stride};
}

bool hidden(const AttentionShape& shape, int32_t query, int32_t key)
{
    return (shape.causal && key > query) || (shape.window > 0 && query - key >= shape.window);
}

// One query head's rows [begin, end) against keys [0, keys).
class Tile {
public:
    Tile(const AttentionOperands& o, int64_t head, int64_t begin, int64_t end, int64_t keys)
        : o_(o), shape_(o.shape), head_(head), begin_(begin), end_(end), keys_(keys)
    {
        probabilities_.resize(size_t((end - begin) * keys));
        slopes_.resize(probabilities_.size());
    }

    void run(const Backend& backend)
    {
        const int64_t group = shape_.queryHeads / shape_.kvHeads, kv = head_ / group;
        const int64_t keyDim = shape_.keyDim, valueDim = shape_.valueDim;
        const ConstMatrixView query = part(o_.query, begin_, end_, head_ * keyDim, keyDim);
        const ConstMatrixView keys = part(o_.keys, 0, keys_, kv * keyDim, keyDim);
        const ConstMatrixView values = part(o_.values, 0, keys_, kv * valueDim, valueDim);
        const ConstMatrixView dOutput = part(o_.dOutput, begin_, end_, head_ * valueDim, valueDim);
        const MatrixView p{probabilities_.data(), end_ - begin_, keys_};
        backend.gemm(false, true, shape_.scale, query, keys, false, p);
        for (int64_t r = 0; r < p.rows; ++r) softmaxRow(r, p.row(r));
        backend.gemm(true, false, 1, p, dOutput, true, part(o_.dValues, 0, keys_, kv * valueDim, valueDim));
        std::vector<float> memory(probabilities_.size());
        const MatrixView dp{memory.data(), p.rows, keys_};
        backend.gemm(false, true, 1, dOutput, values, false, dp);
        for (int64_t r = 0; r < p.rows; ++r) logitGradient(r, p.row(r), dp.row(r));
        backend.gemm(false, false, shape_.scale, dp, keys, true, part(o_.dQuery, begin_, end_, head_ * keyDim, keyDim));
        backend.gemm(true, false, shape_.scale, dp, query, true, part(o_.dKeys, 0, keys_, kv * keyDim, keyDim));
    }

private:
    // Logits to probabilities; what the soft cap does to a gradient stays in slopes_.
    void softmaxRow(int64_t r, float* logits)
    {
        const int32_t position = o_.positions[size_t(begin_ + r)];
        float top = shape_.sinks ? shape_.sinks[head_] : -std::numeric_limits<float>::infinity();
        for (int64_t k = 0; k < keys_; ++k) {
            float& slope = slopes_[size_t(r * keys_ + k)];
            slope = 1;
            if (shape_.softCap > 0) {
                const float t = std::tanh(logits[k] / shape_.softCap);
                logits[k] = shape_.softCap * t;
                slope = 1 - t * t;
            }
            const int32_t key = o_.positions[size_t(k)];
            if (shape_.alibiSlopes) logits[k] -= shape_.alibiSlopes[head_] * float(position - key);
            if (hidden(shape_, position, key)) logits[k] = -std::numeric_limits<float>::infinity();
            top = std::max(top, logits[k]);
        }
        double sum = shape_.sinks ? std::exp(double(shape_.sinks[head_] - top)) : 0.0;
        for (int64_t k = 0; k < keys_; ++k) sum += double(logits[k] = std::exp(logits[k] - top));
        const auto factor = float(1 / sum);
        for (int64_t k = 0; k < keys_; ++k) logits[k] *= factor;
    }

    void logitGradient(int64_t r, const float* p, float* dp) const
    {
        const int64_t row = begin_ + r, dim = shape_.valueDim;
        double mean = 0; // Σ p · dp, which is output · dOutput
        for (int64_t c = 0; c < dim; ++c)
            mean += double(o_.output.row(row)[head_ * dim + c]) * double(o_.dOutput.row(row)[head_ * dim + c]);
        for (int64_t k = 0; k < keys_; ++k)
            dp[k] = p[k] * (dp[k] - float(mean)) * slopes_[size_t(r * keys_ + k)];
    }

    const AttentionOperands& o_;
    const AttentionShape& shape_;
    int64_t head_, begin_, end_, keys_;
    std::vector<float> probabilities_, slopes_; // [rows, keys]
};

} // namespace

void addAttentionGradient(const Backend& backend, const AttentionOperands& operands, int64_t kvHead)
{
    const AttentionShape& shape = operands.shape;
    const int64_t group = shape.queryHeads / shape.kvHeads;
    const int64_t rows = operands.query.rows;
    for (int64_t head = kvHead * group; head < (kvHead + 1) * group; ++head)
        for (int64_t begin = 0; begin < rows; begin += tileRows) {
            const int64_t end = std::min(rows, begin + tileRows);
            // Positions of a segment ascend, so that causal rows see no key behind their tile.
            Tile(operands, head, begin, end, shape.causal ? end : rows).run(backend);
        }
}

} // namespace paretoscope
