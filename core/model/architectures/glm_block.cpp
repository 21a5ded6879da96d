#include "core/model/architectures/glm_block.h"

#include "core/model/architectures/fused.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::families {

ModelConfig readGlmConfig(const Json& config, const std::string& where)
{
    ConfigDefaults defaults;
    defaults.contextLength = 131072;
    defaults.headDim = 128;
    defaults.rope.share = 0.5;
    ModelConfig result = readLlamaStyleConfig(config, where, defaults);
    for (RopeConfig& rope : result.ropes) rope.interleaved = true;
    return result;
}

void readGlmModel(const Json& config, const WeightSource& weights, bool postNorms, Model& model)
{
    LlamaStyle style = readLlamaStyle(config, weights.describe());
    style.norm.epsilon = readEpsilon(config, "rms_norm_eps", 1.5625e-7, weights.describe());
    style.output = Bias::Never;
    const int64_t hidden = model.config.hidden;
    readFrame(weights, style.norm, model);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        const int64_t inner = block.config.feedForward;
        const auto norm = [&](const char* name) { return readNorm(weights, prefix + name, style.norm, hidden); };
        block.attentionNorm = norm("input_layernorm");
        block.feedForwardNorm = norm("post_attention_layernorm");
        if (postNorms) {
            block.postAttentionNorm = norm("post_self_attn_layernorm");
            block.postFeedForwardNorm = norm("post_mlp_layernorm");
        }
        block.attention = readLlamaAttention(weights, prefix, block.config, hidden, style);
        const Linear gateUp = readLinear(weights, prefix + "mlp.gate_up_proj", 2 * inner, hidden, Bias::Never);
        splitGateUp(gateUp, inner, block.feedForward);
        block.feedForward.down = readLinear(weights, prefix + "mlp.down_proj", hidden, inner, Bias::Never);
    });
}

} // namespace paretoscope::families
