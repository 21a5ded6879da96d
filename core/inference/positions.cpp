// Rotations and ALiBi slopes of one pass.
#include "core/base/parallel.h"
#include "core/inference/forward_state.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::detail {

namespace {

const RopeFrequencies& frequenciesFor(ForwardState& state, size_t rope, int64_t length)
{
    const ModelConfig& config = state.model.config;
    PassMemory::Frequencies& kept = state.memory.frequencies[rope];
    const int64_t regime = ropeRegime(config.ropes[rope], length);
    if (kept.regime != regime) kept = {regime, ropeFrequencies(config.ropes[rope], length, config.contextLength)};
    return kept.values;
}

// Turns one key by `turn`, [pairs] angles for one position step, times its position.
void turnKey(float* key, int32_t position, const std::vector<double>& turn, double magnitude, bool interleaved)
{
    const size_t step = interleaved ? 2 : 1;
    const size_t partner = interleaved ? 1 : turn.size();
    for (size_t i = 0; i < turn.size(); ++i) {
        const double angle = double(position) * turn[i];
        const double c = std::cos(angle) * magnitude;
        const double s = std::sin(angle) * magnitude;
        float& a = key[i * step];
        float& b = key[i * step + partner];
        const double rotated = double(a) * c - double(b) * s;
        b = float(double(a) * s + double(b) * c);
        a = float(rotated);
    }
}

// A scaling that depends on the length gives every key a new angle when the regime changes. Keys
// are turned by the difference, so that a cached pass equals one over the whole text.
void turnCachedKeys(const Model& model, size_t rope, int64_t length, KvCache& cache)
{
    const RopeConfig& config = model.config.ropes[rope];
    const RopeFrequencies before = ropeFrequencies(config, cache.rotatedForLength, model.config.contextLength);
    const RopeFrequencies after = ropeFrequencies(config, length, model.config.contextLength);
    std::vector<double> turn(after.steps);
    for (size_t i = 0; i < turn.size(); ++i) turn[i] -= before.steps[i];
    const double magnitude = after.magnitude / before.magnitude;
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        const BlockConfig& block = model.blocks[b]->config;
        if (block.positions != PositionKind::Rope || size_t(block.ropeIndex) != rope) continue;
        KvLayer& layer = cache.layers[b];
        for (int64_t h = 0; h < layer.shape().kvHeads; ++h)
            for (int64_t slot = 0; slot < layer.size(h); ++slot)
                turnKey(layer.key(h, slot) + block.mla.kvRank, layer.position(h, slot), turn, magnitude,
                        config.interleaved);
    }
}

void updateCache(ForwardState& state, const SequenceStep& step)
{
    const std::vector<RopeConfig>& ropes = state.model.config.ropes;
    const int64_t length = sequenceLength(step);
    KvCache& cache = *step.cache;
    for (size_t rope = 0; rope < ropes.size(); ++rope)
        if (step.firstPosition > 0 && cache.rotatedForLength > 0 &&
            ropeRegime(ropes[rope], cache.rotatedForLength) != ropeRegime(ropes[rope], length))
            turnCachedKeys(state.model, rope, length, cache);
    cache.rotatedForLength = length;
}

} // namespace

int64_t sequenceLength(const SequenceStep& step)
{
    return std::max(step.sequenceLength, step.firstPosition + int64_t(step.tokens.size()));
}

void prepareRopes(ForwardState& state)
{
    PassMemory& memory = state.memory;
    const std::vector<RopeConfig>& ropes = state.model.config.ropes;
    const auto rows = int64_t(memory.positions.size());
    memory.frequencies.resize(ropes.size());
    memory.ropes.clear();
    for (const SequenceStep& step : state.steps) updateCache(state, step);
    for (size_t r = 0; r < ropes.size(); ++r) {
        const int64_t pairs = ropes[r].dimensions / 2;
        const RopeRows made{state.scratch.matrix(rows, pairs), state.scratch.matrix(rows, pairs)};
        int64_t row = 0;
        for (const SequenceStep& step : state.steps) {
            const auto count = int64_t(step.tokens.size());
            const RopeFrequencies& frequencies = frequenciesFor(state, r, sequenceLength(step));
            constexpr int64_t fewAngles = 2048; // are faster than a thread is awake
            parallelFor(count, 1 + fewAngles / std::max<int64_t>(1, pairs), [&](int64_t begin, int64_t end) {
                fillRotation(frequencies, state.positions().subspan(size_t(row + begin), size_t(end - begin)),
                             made.cosines.row(row + begin), made.sines.row(row + begin));
            });
            row += count;
        }
        memory.ropes.push_back(made);
    }
}

// A geometric sequence; for a head count that is no power of two the rest interleaves the sequence
// of the next one.
void prepareAlibi(ForwardState& state)
{
    state.memory.alibiSlopes.clear();
    int64_t heads = 0;
    for (const auto& block : state.model.blocks)
        if (block->config.positions == PositionKind::Alibi) heads = std::max(heads, block->config.heads);
    int64_t power = 1;
    while (power * 2 <= heads) power *= 2;
    for (int64_t h = 0; h < heads; ++h) {
        const double exponent = h >= power ? (2 * double(h - power) + 1) / double(2 * power)
                                           : double(h + 1) / double(power);
        state.memory.alibiSlopes.push_back(
            float(state.model.config.alibiScale * std::pow(2.0, -state.model.config.alibiMaximumBias * exponent)));
    }
}

Value rotated(ForwardState& state, const BlockConfig& config, Value x, int64_t heads, int64_t headDim,
              int64_t offset)
{
    if (config.positions != PositionKind::Rope) return x;
    const RopeRows& rows = state.memory.ropes[size_t(config.ropeIndex)];
    if (rows.cosines.columns == 0) return x;
    const bool interleaved = state.model.config.ropes[size_t(config.ropeIndex)].interleaved;
    Value part = x;
    part.view.data += offset;
    part = state.operations.rope(part, heads, headDim, {rows.cosines, rows.sines, interleaved});
    part.view.data -= offset;
    return part;
}

} // namespace paretoscope::detail
