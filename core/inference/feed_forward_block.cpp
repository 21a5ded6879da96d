#include "core/inference/forward_state.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::detail {

namespace {

struct Roles {
    const char* gate;
    const char* up;
    const char* down;
};

constexpr Roles denseRoles{"feed_forward.gate", "feed_forward.up", "feed_forward.down"};
constexpr Roles expertRoles{"gate", "up", "down"};
constexpr Roles sharedRoles{"shared_expert.gate", "shared_expert.up", "shared_expert.down"};

void limitGateAndUp(const MoeConfig& moe, Value gate, Value up)
{
    const auto limit = float(moe.clamp > 0 ? moe.clamp : HUGE_VAL);
    const auto offset = float(moe.upOffset);
    for (int64_t r = 0; r < gate.rows(); ++r) {
        for (float& element : gate.view.rowSpan(r)) element = std::min(element, limit);
        for (float& element : up.view.rowSpan(r)) element = std::clamp(element, -limit, limit) + offset;
    }
}

Value runMaps(ForwardState& state, const Block& block, const FeedForwardWeights& weights, int index,
              int expert, const Roles& roles, Value x)
{
    const BlockConfig& config = block.config;
    Value inner = applyLinear(state, weights.up, x, index, roles.up, expert);
    if (weights.gate) {
        const Value gate = applyLinear(state, weights.gate, x, index, roles.gate, expert);
        if (config.moe.clamp > 0 || config.moe.upOffset != 0) {
            requireEager(gate, "limited gates");
            limitGateAndUp(config.moe, gate, inner);
        }
        inner = state.operations.gatedActivation(config.activation, gate, inner);
    } else {
        inner = state.operations.activate(config.activation, inner);
    }
    return applyLinear(state, weights.down, inner, index, roles.down, expert);
}

Value addSharedExpert(ForwardState& state, const Block& block, int index, Value x, Value sum)
{
    const MoeWeights& moe = *block.moe;
    const Value shared = runMaps(state, block, moe.shared, index, -1, sharedRoles, x);
    if (!moe.sharedGate) return state.operations.add(sum, shared, 1);
    const Value gate = applyLinear(state, moe.sharedGate, x, index, "shared_gate");
    requireEager(gate, "a gated shared expert");
    for (int64_t r = 0; r < shared.rows(); ++r) {
        const float share = 1 / (1 + std::exp(-gate.view.row(r)[0]));
        for (float& element : shared.view.rowSpan(r)) element *= share;
    }
    return state.operations.add(sum, shared, 1);
}

} // namespace

Value runFeedForward(ForwardState& state, const Block& block, int index, Value x)
{
    return runMaps(state, block, block.feedForward, index, -1, denseRoles, x);
}

// Every expert runs once, on all rows that chose it.
Value runExperts(ForwardState& state, const Block& block, int index, Value x)
{
    const MoeWeights& moe = *block.moe;
    ExpertRouting& routing = state.memory.routing;
    const Value logits = applyLinear(state, moe.router, x, index, "router");
    routeExperts(block.config.moe, moe.selectionBias, logits.view, routing);
    Value sum{state.scratch.matrix(x.rows(), x.columns())};
    std::fill_n(sum.view.data, x.rows() * x.columns(), 0.0f);
    for (size_t e = 0; e < moe.experts.size(); ++e) {
        const auto begin = size_t(routing.begins[e]);
        const size_t count = size_t(routing.begins[e + 1]) - begin;
        if (count == 0) continue;
        const Scratch::Mark mark = state.scratch.mark();
        const std::span<const int32_t> rows = std::span(routing.rows).subspan(begin, count);
        const Value chosen = state.operations.gatherRows(x, rows);
        const Value made = runMaps(state, block, moe.experts[e], index, int(e), expertRoles, chosen);
        sum = state.operations.addRows(sum, made, rows, std::span(routing.weights).subspan(begin, count));
        if (sum.node < 0) state.scratch.release(mark);
    }
    return moe.shared.up ? addSharedExpert(state, block, index, x, sum) : sum;
}

} // namespace paretoscope::detail
