#include "core/model/architectures/olmo2_block.h"

#include <fmt/format.h>

namespace paretoscope::families {

void readOlmo2Model(const Json& config, const WeightSource& weights, Model& model)
{
    LlamaStyle style = readLlamaStyle(config, weights.describe());
    style.norm.epsilon = readEpsilon(config, "rms_norm_eps", 1e-5, weights.describe());
    style.feedForward = Bias::Never;
    const int64_t hidden = model.config.hidden;
    readFrame(weights, style.norm, model);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        block.postAttentionNorm = readNorm(weights, prefix + "post_attention_layernorm", style.norm, hidden);
        block.postFeedForwardNorm =
            readNorm(weights, prefix + "post_feedforward_layernorm", style.norm, hidden);
        block.attention = readLlamaAttention(weights, prefix, block.config, hidden, style);
        block.feedForward =
            readGatedFeedForward(weights, prefix + "mlp.", hidden, block.config.feedForward, Bias::Never);
    });
}

} // namespace paretoscope::families
