// Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434): what is cached a token is one latent
// row c of kvRank values and one rotated key part that all heads share.
//
// Two ways give the same result. Expanded: keys and values of every head are made from all cached
// latents. Absorbed: queries are mapped into the latent space, q·(Uk c) = (Ukᵀq)·c, and the mixed
// latents out of it, so that a single token costs nothing a cached one.
#include "core/base/error.h"
#include "core/inference/forward_state.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::detail {

namespace {

struct LatentPass {
    ForwardState& state;
    const Block& block;
    const MlaConfig& mla;
    int64_t heads;
    int64_t valueDim;
    int64_t rowWidth; // of a cached row: kvRank + ropeDim
    int64_t upWidth;  // of one head in kvUp's outputs: nopeDim + valueDim
};

Value makeQueries(ForwardState& state, const Block& block, int index, Value x)
{
    const AttentionWeights& weights = block.attention;
    Value query;
    if (weights.queryDown) {
        query = applyLinear(state, weights.queryDown, x, index, "attention.query_down");
        if (weights.queryLatentNorm) query = state.operations.norm(query, *weights.queryLatentNorm);
        query = applyLinear(state, weights.queryUp, query, index, "attention.query_up");
    } else {
        query = applyLinear(state, weights.query, x, index, "attention.query");
    }
    return rotated(state, block.config, query, block.config.heads, block.config.headDim,
                   block.config.mla.nopeDim);
}

// Rows [norm(c); rotated key part] of the new tokens.
Value makeRows(const LatentPass& pass, int index, Value x)
{
    const AttentionWeights& weights = pass.block.attention;
    const Value down = applyLinear(pass.state, weights.kvDown, x, index, "attention.kv_down");
    requireEager(down, "latent attention");
    Value latents = down;
    latents.view.columns = pass.mla.kvRank;
    if (weights.kvLatentNorm) latents = pass.state.operations.norm(latents, *weights.kvLatentNorm);
    for (int64_t r = 0; r < down.rows(); ++r)
        std::copy_n(latents.view.row(r), pass.mla.kvRank, down.view.row(r));
    if (pass.state.observer) {
        const ConstMatrixView seen{down.view.data, down.rows(), pass.mla.kvRank, down.view.stride};
        pass.state.observer->linearInput({index, -1, "attention.kv_up"}, seen);
    }
    return rotated(pass.state, pass.block.config, down, 1, pass.rowWidth, pass.mla.kvRank);
}

void attendExpanded(const LatentPass& pass, const KvLayer& layer, ConstMatrixView query,
                    std::span<const int32_t> positions, MatrixView mixed)
{
    const KeyValueSpan cached = layer.span(0);
    const MlaConfig& mla = pass.mla;
    const int64_t keyDim = mla.nopeDim + mla.ropeDim;
    const Linear& up = pass.block.attention.kvUp;
    const MatrixView expanded = pass.state.scratch.matrix(cached.length, pass.heads * pass.upWidth);
    const float* bias = up.bias.empty() ? nullptr : up.bias.view<float>().data();
    up.weight->apply(pass.state.operations.backend(),
                     {cached.keys, cached.length, mla.kvRank, cached.keyStride}, bias, expanded);
    const MatrixView keys = pass.state.scratch.matrix(cached.length, pass.heads * keyDim);
    for (int64_t r = 0; r < cached.length; ++r)
        for (int64_t h = 0; h < pass.heads; ++h) {
            float* key = keys.row(r) + h * keyDim;
            std::copy_n(expanded.row(r) + h * pass.upWidth, mla.nopeDim, key);
            std::copy_n(cached.keys + r * cached.keyStride + mla.kvRank, mla.ropeDim, key + mla.nopeDim);
        }
    std::vector<KeyValueSpan>& spans = pass.state.memory.spans;
    spans.clear();
    for (int64_t h = 0; h < pass.heads; ++h)
        spans.push_back({keys.data + h * keyDim, expanded.data + h * pass.upWidth + mla.nopeDim,
                         cached.positions, cached.length, keys.stride, expanded.stride});
    AttentionShape shape = attentionShape(pass.state, pass.block);
    shape.kvHeads = pass.heads;
    pass.state.operations.backend().attention(shape, query, positions, spans, mixed);
}

void attendAbsorbed(const LatentPass& pass, const KvLayer& layer, ConstMatrixView query,
                    std::span<const int32_t> positions, MatrixView mixed)
{
    const Backend& backend = pass.state.operations.backend();
    Scratch& scratch = pass.state.scratch;
    const MlaConfig& mla = pass.mla;
    const int64_t keyDim = mla.nopeDim + mla.ropeDim;
    const LinearWeight& up = *pass.block.attention.kvUp.weight;
    const MatrixView absorbed = scratch.matrix(query.rows, pass.heads * pass.rowWidth);
    const MatrixView dense = scratch.matrix(std::max(mla.nopeDim, pass.valueDim), mla.kvRank);
    for (int64_t h = 0; h < pass.heads; ++h) {
        const MatrixView keyUp = dense.rowRange(0, mla.nopeDim);
        up.toDense(h * pass.upWidth, keyUp);
        const MatrixView target{absorbed.data + h * pass.rowWidth, query.rows, mla.kvRank, absorbed.stride};
        backend.gemm(false, false, 1, {query.data + h * keyDim, query.rows, mla.nopeDim, query.stride}, keyUp,
                     false, target);
        for (int64_t r = 0; r < query.rows; ++r)
            std::copy_n(query.row(r) + h * keyDim + mla.nopeDim, mla.ropeDim, target.row(r) + mla.kvRank);
    }
    KeyValueSpan cached = layer.span(0);
    cached.values = cached.keys;
    cached.valueStride = cached.keyStride;
    AttentionShape shape = attentionShape(pass.state, pass.block);
    shape.kvHeads = 1;
    shape.keyDim = pass.rowWidth;
    shape.valueDim = mla.kvRank;
    const MatrixView latents = scratch.matrix(query.rows, pass.heads * mla.kvRank);
    backend.attention(shape, absorbed, positions, {&cached, 1}, latents);
    for (int64_t h = 0; h < pass.heads; ++h) {
        const MatrixView valueUp = dense.rowRange(0, pass.valueDim);
        up.toDense(h * pass.upWidth + mla.nopeDim, valueUp);
        const MatrixView target{mixed.data + h * pass.valueDim, query.rows, pass.valueDim, mixed.stride};
        backend.gemm(false, true, 1, {latents.data + h * mla.kvRank, query.rows, mla.kvRank, latents.stride},
                     valueUp, false, target);
    }
}

// Multiplications of both ways for `rows` new tokens over `length` cached ones.
bool expandingIsCheaper(const LatentPass& pass, int64_t rows, int64_t length)
{
    const auto maps = double(pass.heads * pass.upWidth * pass.mla.kvRank);
    const double pairs = double(rows) * double(length) * double(pass.heads);
    const double expanded = double(length) * maps + pairs * double(pass.upWidth + pass.mla.ropeDim);
    const double absorbed = double(rows + 1) * maps + pairs * double(pass.rowWidth + pass.mla.kvRank);
    return expanded < absorbed;
}

} // namespace

Value runLatentAttention(ForwardState& state, const Block& block, int index, Value x)
{
    const BlockConfig& config = block.config;
    const MlaConfig& mla = config.mla;
    const LatentPass pass{state,           block, mla, config.heads, config.valueDim, mla.kvRank + mla.ropeDim,
                          mla.nopeDim + config.valueDim};
    const Value query = makeQueries(state, block, index, x);
    const Value added = makeRows(pass, index, x);
    const Value mixed{state.scratch.matrix(x.rows(), config.heads * config.valueDim)};
    int64_t row = 0;
    for (const SequenceStep& step : state.steps) {
        const auto rows = int64_t(step.tokens.size());
        const Scratch::Mark mark = state.scratch.mark();
        KvLayer& layer = step.cache->layers[size_t(index)];
        const auto positions = state.positions().subspan(size_t(row), size_t(rows));
        layer.append(added.view.rowRange(row, row + rows), MatrixView(added.view.data, rows, 0), positions);
        const bool expand = !block.attention.kvUp.bias.empty() || expandingIsCheaper(pass, rows, layer.size(0));
        (expand ? attendExpanded : attendAbsorbed)(pass, layer, query.view.rowRange(row, row + rows), positions,
                                                   mixed.view.rowRange(row, row + rows));
        state.scratch.release(mark);
        row += rows;
    }
    return applyLinear(state, block.attention.output, mixed, index, "attention.output");
}

} // namespace paretoscope::detail
