// Attention: tiles of query rows over blocks of keys, with a running softmax.
//
// A tile holds some query rows times all query heads of one KV head, so that a block of keys is
// read once for all of them (Dao et al., FlashAttention, 2022, section 3.1; the running softmax is
// Milakov and Gimelshein, 2018).
#include "core/backend/cpu/panel_products.h"
#include "core/backend/cpu/attention_rows.h"
#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/kernels.h"
#include "core/backend/cpu/work_buffer.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <limits>

namespace paretoscope::cpu {

namespace {

constexpr int64_t tileRows = 96;
constexpr int64_t blockKeys = 256;
constexpr int64_t fewTileRows = 16; // up to here dot products beat transposing the keys
constexpr float infinity = std::numeric_limits<float>::infinity();

struct Call {
    const AttentionShape& shape;
    ConstMatrixView query;
    std::span<const int32_t> positions;
    std::span<const KeyValueSpan> kvHeads;
    MatrixView output;
    int64_t group; // query heads a KV head
    int64_t panel = 0;                 // keys of a panel
    const float* keyPanels = nullptr;  // of all KV heads, one after another; null for few rows
    int64_t panelStride = 0;           // floats of one KV head's panels
};

int64_t panelsOf(const Call& call, int64_t keys)
{
    return (keys + call.panel - 1) / call.panel;
}

// Keys [begin, begin + count) of a head, without the hidden ones at both ends.
struct KeyBlock {
    int64_t begin;
    int64_t count;
    bool masked; // some key may be hidden from some row of the tile
};

class Tile {
public:
    Tile(const Call& call, int64_t kvHead, int64_t firstRow, int64_t rows)
        : call_(call), kv_(call.kvHeads[size_t(kvHead)]), firstHead_(kvHead * call.group), firstRow_(firstRow),
          count_(rows * call.group), panels_(call.keyPanels + kvHead * call.panelStride)
    {
        const auto positions = call.positions.subspan(size_t(firstRow), size_t(rows));
        const auto [least, greatest] = std::minmax_element(positions.begin(), positions.end());
        leastPosition_ = *least;
        greatestPosition_ = *greatest;
        reserve();
    }

    void run()
    {
        loadQueries();
        for (int64_t begin = 0; begin < kv_.length; begin += blockKeys) {
            const KeyBlock block = visible(begin, std::min(blockKeys, kv_.length - begin));
            if (block.count > 0) attend(block);
        }
        storeOutput();
    }

private:
    int64_t head(int64_t r) const { return firstHead_ + r % call_.group; }
    int64_t row(int64_t r) const { return firstRow_ + r / call_.group; }

    void reserve()
    {
        const AttentionShape& shape = call_.shape;
        queries_ = {workFloats(WorkSlot::Queries, size_t(count_ * shape.keyDim)), count_, shape.keyDim};
        logits_ = workFloats(WorkSlot::Logits, size_t(count_ * blockKeys));
        // The states follow the sums in one buffer; a state is four floats long.
        const int64_t sums = (count_ * shape.valueDim + 3) / 4 * 4;
        float* memory = workFloats(WorkSlot::Accumulator, size_t(sums + count_ * int64_t(sizeof(RowSoftmax) / 4)));
        sums_ = {memory, count_, shape.valueDim};
        states_ = reinterpret_cast<RowSoftmax*>(memory + sums);
    }

    void loadQueries()
    {
        const AttentionShape& shape = call_.shape;
        for (int64_t r = 0; r < count_; ++r) {
            scaleFloats(call_.query.row(row(r)) + head(r) * shape.keyDim, shape.keyDim, shape.scale, queries_.row(r));
            // A sink is a key whose value is zero.
            states_[r] = shape.sinks ? RowSoftmax{shape.sinks[head(r)], 1} : RowSoftmax{-infinity, 0};
        }
        std::fill(sums_.data, sums_.data + count_ * shape.valueDim, 0.0f);
    }

    // Whether every row of the tile is blind to a key at this position.
    bool hidden(int64_t position) const
    {
        const AttentionShape& shape = call_.shape;
        return (shape.causal && position > greatestPosition_) ||
               (shape.window > 0 && leastPosition_ - position >= shape.window);
    }

    bool hiddenFromSome(int64_t position) const
    {
        const AttentionShape& shape = call_.shape;
        return (shape.causal && position > leastPosition_) ||
               (shape.window > 0 && greatestPosition_ - position >= shape.window);
    }

    KeyBlock visible(int64_t begin, int64_t count) const
    {
        int64_t end = begin + count;
        if (!call_.shape.causal && call_.shape.window <= 0) return {begin, count, false};
        while (end > begin && hidden(kv_.positions[end - 1])) --end;
        if (!call_.keyPanels)
            while (begin < end && hidden(kv_.positions[begin])) ++begin;
        const bool masked = std::any_of(kv_.positions + begin, kv_.positions + end,
                                        [this](int32_t position) { return hiddenFromSome(position); });
        return {begin, end - begin, masked};
    }

    void attend(const KeyBlock& block)
    {
        if (call_.keyPanels) attendByPanels(block);
        else attendByRows(block);
    }

    void attendByRows(const KeyBlock& block)
    {
        const MatrixView logits{logits_, count_, block.count};
        const float* keys = kv_.keys + block.begin * kv_.keyStride;
        const float* values = kv_.values + block.begin * kv_.valueStride;
        multiplyFewRows(queries_, keys, kv_.keyStride, false, logits);
        for (int64_t r = 0; r < count_; ++r) {
            const float factor = softmaxBlock(viewOf(r, block), logits.row(r), states_[r]);
            addWeightedValues(logits.row(r), block.count, values, kv_.valueStride, call_.shape.valueDim, factor,
                              sums_.row(r));
        }
    }

    void attendByPanels(const KeyBlock& block)
    {
        const AttentionShape& shape = call_.shape;
        const MatrixView logits{logits_, count_, blockKeys};
        for (int64_t k = 0; k < block.count; k += call_.panel)
            multiplyByPanel(queries_, panels_ + (block.begin + k) * shape.keyDim, call_.panel, false,
                          {logits_ + k, count_, call_.panel, blockKeys});
        for (int64_t r = 0; r < count_; ++r) {
            const float factor = softmaxBlock(viewOf(r, block), logits.row(r), states_[r]);
            if (factor != 1.0f) scaleFloats(sums_.row(r), shape.valueDim, factor, sums_.row(r));
        }
        const ConstMatrixView weights{logits_, count_, block.count, blockKeys};
        const float* values = kv_.values + block.begin * kv_.valueStride;
        if (shape.valueDim % call_.panel != 0) {
            multiply(false, false, 1, weights, {values, block.count, shape.valueDim, kv_.valueStride}, true, sums_);
            return;
        }
        for (int64_t c = 0; c < shape.valueDim; c += call_.panel)
            multiplyByPanel(weights, values + c, kv_.valueStride, true,
                          {sums_.data + c, count_, call_.panel, sums_.stride});
    }

    RowView viewOf(int64_t r, const KeyBlock& block) const
    {
        const AttentionShape& shape = call_.shape;
        return {.queryPosition = call_.positions[size_t(row(r))],
                .keyPositions = kv_.positions + block.begin,
                .keys = block.count,
                .softCap = shape.softCap,
                .alibiSlope = shape.alibiSlopes ? shape.alibiSlopes[head(r)] : 0.0f,
                .masked = block.masked,
                .causal = shape.causal,
                .window = shape.window};
    }

    void storeOutput() const
    {
        const int64_t dim = call_.shape.valueDim;
        for (int64_t r = 0; r < count_; ++r) {
            const double sum = states_[r].sum;
            const float factor = sum == 0 ? 0.0f : float(1 / sum);
            scaleFloats(sums_.row(r), dim, factor, call_.output.row(row(r)) + head(r) * dim);
        }
    }

    const Call& call_;
    const KeyValueSpan& kv_;
    int64_t firstHead_;
    int64_t firstRow_;
    int64_t count_; // rows of the tile: query rows times heads
    const float* panels_; // of this KV head's keys
    int64_t leastPosition_ = 0;
    int64_t greatestPosition_ = 0;
    MatrixView queries_;
    float* logits_ = nullptr;
    MatrixView sums_;
    RowSoftmax* states_ = nullptr;
};

void check(const AttentionShape& shape, ConstMatrixView query, std::span<const int32_t> positions,
           std::span<const KeyValueSpan> kvHeads, MatrixView output)
{
    const bool good = shape.kvHeads > 0 && shape.queryHeads % shape.kvHeads == 0 &&
                      int64_t(kvHeads.size()) == shape.kvHeads && int64_t(positions.size()) == query.rows &&
                      query.columns == shape.queryHeads * shape.keyDim && output.rows == query.rows &&
                      output.columns == shape.queryHeads * shape.valueDim;
    if (!good) fail(ErrorCode::Internal, "attention operands have sizes that contradict its shape");
}

// Every head's keys in panels, once for all tiles.
void packKeys(Call& call, int64_t keys)
{
    const int64_t dim = call.shape.keyDim;
    const int64_t panels = panelsOf(call, keys);
    call.panelStride = panels * call.panel * dim;
    float* memory = workFloats(WorkSlot::Keys, size_t(call.panelStride * call.shape.kvHeads));
    parallelFor(panels * call.shape.kvHeads, 1 + (1 << 14) / (call.panel * dim), [&](int64_t begin, int64_t end) {
        for (int64_t item = begin; item < end; ++item) {
            const int64_t head = item / panels, panel = item % panels;
            const KeyValueSpan& kv = call.kvHeads[size_t(head)];
            const int64_t first = panel * call.panel;
            if (first < kv.length)
                packPanel(kv.keys + first * kv.keyStride, kv.keyStride, kv.length - first, dim,
                          memory + head * call.panelStride + first * dim);
        }
    });
    call.keyPanels = memory;
}

} // namespace

void attention(const AttentionShape& shape, ConstMatrixView query, std::span<const int32_t> positions,
               std::span<const KeyValueSpan> kvHeads, MatrixView output)
{
    check(shape, query, positions, kvHeads, output);
    if (query.rows == 0) return;
    Call call{shape, query, positions, kvHeads, output, shape.queryHeads / shape.kvHeads, panelColumns()};
    const int64_t rows = std::clamp<int64_t>(tileRows / call.group, 1, query.rows);
    const int64_t tiles = (query.rows + rows - 1) / rows;
    int64_t keys = 0;
    for (const KeyValueSpan& head : kvHeads) keys = std::max(keys, head.length);
    if (rows * call.group > fewTileRows) packKeys(call, keys);
    const int64_t work = std::max<int64_t>(1, keys * rows * call.group * (shape.keyDim + shape.valueDim));
    const SerialBlas serial;
    parallelFor(tiles * shape.kvHeads, 1 + (1 << 16) / work, [&](int64_t begin, int64_t end) {
        for (int64_t item = begin; item < end; ++item) {
            // Early tiles see few keys, late ones many: taken from both ends in turn, every
            // range of items has its share of both.
            const int64_t turn = item / shape.kvHeads;
            const int64_t tile = turn % 2 == 0 ? turn / 2 : tiles - 1 - turn / 2;
            const int64_t first = tile * rows;
            Tile(call, item % shape.kvHeads, first, std::min(rows, query.rows - first)).run();
        }
    });
}

} // namespace paretoscope::cpu
