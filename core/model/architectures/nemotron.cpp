// Nemotron-4 and Minitron (Parmar et al. 2024, arXiv:2402.16819; Muralidharan et al. 2024,
// arXiv:2407.14679): layer norms stored as weight - 1, squared ReLU without gate, half of each head
// rotated.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 4096;
    defaults.activation = "relu2";
    defaults.rope.share = 0.5;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    for (BlockConfig& block : result.blocks) block.gated = false;
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    families::LlamaStyle style = families::readLlamaStyle(config, where);
    style.norm = {NormKind::Layer, families::readEpsilon(config, "norm_eps", 1e-5, where), 1};
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, style.norm, model);
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        const int64_t inner = block.config.feedForward;
        block.attentionNorm = families::readNorm(weights, prefix + "input_layernorm", style.norm, hidden);
        block.feedForwardNorm =
            families::readNorm(weights, prefix + "post_attention_layernorm", style.norm, hidden);
        block.attention = families::readLlamaAttention(weights, prefix, block.config, hidden, style);
        block.feedForward.up =
            families::readLinear(weights, prefix + "mlp.up_proj", inner, hidden, style.feedForward);
        block.feedForward.down =
            families::readLinear(weights, prefix + "mlp.down_proj", hidden, inner, style.feedForward);
    });
}

} // namespace

const Architecture& nemotron()
{
    static const Architecture row{"nemotron", {"NemotronForCausalLM"}, {"nemotron"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
