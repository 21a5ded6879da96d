#include "core/model/architectures/fused.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace paretoscope::families {

namespace {

Linear selectRange(const Linear& fused, RowRange range)
{
    return selectRows(fused, std::span<const RowRange>(&range, 1));
}

template <size_t Size> void transpose(const std::byte* from, int64_t rows, int64_t columns, std::byte* to)
{
    constexpr int64_t tile = 64; // keeps both sides in cache
    for (int64_t r0 = 0; r0 < rows; r0 += tile)
        for (int64_t c0 = 0; c0 < columns; c0 += tile)
            for (int64_t r = r0; r < std::min(rows, r0 + tile); ++r)
                for (int64_t c = c0; c < std::min(columns, c0 + tile); ++c)
                    std::memcpy(to + size_t(c * rows + r) * Size, from + size_t(r * columns + c) * Size, Size);
}

} // namespace

Linear selectRows(const Linear& fused, std::span<const RowRange> ranges)
{
    Linear part{fused.weight->selectRows(ranges), {}};
    if (fused.bias.empty()) return part;
    const std::span<const float> bias = fused.bias.view<float>();
    std::vector<float> values;
    for (const RowRange& range : ranges)
        values.insert(values.end(), bias.begin() + range.begin, bias.begin() + range.end);
    part.bias = Tensor::fromFloats({int64_t(values.size())}, values);
    return part;
}

int64_t fusedQkvRows(const BlockConfig& config)
{
    return (config.heads + config.kvHeads) * config.headDim + config.kvHeads * config.valueDim;
}

void splitStackedQkv(const Linear& fused, const BlockConfig& config, AttentionWeights& attention)
{
    const int64_t queries = config.heads * config.headDim;
    const int64_t keys = queries + config.kvHeads * config.headDim;
    attention.query = selectRange(fused, {0, queries});
    attention.key = selectRange(fused, {queries, keys});
    attention.value = selectRange(fused, {keys, keys + config.kvHeads * config.valueDim});
}

void splitGroupedQkv(const Linear& fused, const BlockConfig& config, AttentionWeights& attention)
{
    const int64_t queries = config.heads / config.kvHeads * config.headDim;
    const int64_t group = queries + config.headDim + config.valueDim;
    std::vector<RowRange> queryRows;
    std::vector<RowRange> keyRows;
    std::vector<RowRange> valueRows;
    for (int64_t g = 0; g < config.kvHeads; ++g) {
        const int64_t begin = g * group;
        queryRows.push_back({begin, begin + queries});
        keyRows.push_back({begin + queries, begin + queries + config.headDim});
        valueRows.push_back({begin + queries + config.headDim, begin + group});
    }
    attention.query = selectRows(fused, queryRows);
    attention.key = selectRows(fused, keyRows);
    attention.value = selectRows(fused, valueRows);
}

void splitFamilyQkv(const WeightSource& weights, const Linear& fused, const BlockConfig& config,
                    AttentionWeights& attention)
{
    if (weights.stacksQkv()) splitStackedQkv(fused, config, attention);
    else splitGroupedQkv(fused, config, attention);
}

void splitGateUp(const Linear& fused, int64_t feedForward, FeedForwardWeights& weights)
{
    weights.gate = selectRange(fused, {0, feedForward});
    weights.up = selectRange(fused, {feedForward, 2 * feedForward});
}

LinearWeightPtr transposedMap(const Tensor& matrix)
{
    const int64_t inputs = matrix.extent(0);
    const int64_t outputs = matrix.extent(1);
    Tensor result = Tensor::zeros(matrix.dtype(), {outputs, inputs});
    const std::byte* from = matrix.bytes().data();
    auto* to = const_cast<std::byte*>(result.bytes().data()); // fresh, not shared yet
    switch (traits(matrix.dtype()).sizeBytes) {
    case 2: transpose<2>(from, inputs, outputs, to); break;
    case 4: transpose<4>(from, inputs, outputs, to); break;
    default: transpose<8>(from, inputs, outputs, to); break;
    }
    return std::make_shared<DenseLinear>(std::move(result));
}

Linear readTransposed(const WeightSource& weights, const std::string& name, int64_t outputs, int64_t inputs,
                      Bias bias)
{
    if (!weights.has(name + ".weight")) return readLinear(weights, name, outputs, inputs, bias);
    const Tensor stored = weights.tensor(name + ".weight", {inputs, outputs});
    if (!traits(stored.dtype()).isFloat)
        fail(ErrorCode::BadFile, "{}: tensor '{}.weight' has the type {}, expected a float type",
             weights.describe(), name, traits(stored.dtype()).name);
    Linear linear{transposedMap(stored), {}};
    if (bias == Bias::Required || (bias == Bias::IfPresent && weights.has(name + ".bias")))
        linear.bias = readVector(weights, name + ".bias", outputs);
    return linear;
}

} // namespace paretoscope::families
