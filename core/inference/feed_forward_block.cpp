#include "core/inference/forward_state.h"

namespace paretoscope::detail {

Value runFeedForward(ForwardState& state, const Block& block, int index, Value x)
{
    const FeedForwardWeights& weights = block.feedForward;
    Value up = applyLinear(state, weights.up, x, index, "feed_forward.up");
    if (block.config.gated) {
        const Value gate = applyLinear(state, weights.gate, x, index, "feed_forward.gate");
        up = state.operations.gatedActivation(block.config.activation, gate, up);
    } else {
        up = state.operations.activate(block.config.activation, up);
    }
    return applyLinear(state, weights.down, up, index, "feed_forward.down");
}

} // namespace paretoscope::detail
