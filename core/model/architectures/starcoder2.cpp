// StarCoder2 (Lozhkov et al. 2024, arXiv:2402.19173): layer norms, grouped queries, biases, a
// feed-forward without gate, sliding windows.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 4096;
    defaults.tied = true;
    defaults.activation = "gelu_pytorch_tanh";
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    families::setWindows(
        config, families::readWindow(config, where), [](size_t) { return true; }, result, where);
    for (BlockConfig& block : result.blocks) block.gated = false;
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    families::LlamaStyle style;
    style.norm = {NormKind::Layer, families::readEpsilon(config, "norm_epsilon", 1e-5, where)};
    style.query = style.output = style.feedForward =
        families::biasWhen(optionalBool(config, "use_bias", true, where));
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
            families::readLinear(weights, prefix + "mlp.c_fc", inner, hidden, style.feedForward);
        block.feedForward.down =
            families::readLinear(weights, prefix + "mlp.c_proj", hidden, inner, style.feedForward);
    });
}

} // namespace

const Architecture& starcoder2()
{
    static const Architecture row{"starcoder2", {"Starcoder2ForCausalLM"}, {"starcoder2"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
