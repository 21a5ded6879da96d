// Phi-3 and Phi-4 (Abdin et al. 2024, arXiv:2404.14219): Llama's block from fused matrices, sliding
// windows, LongRoPE (Ding et al. 2024, arXiv:2402.13753).
#include "core/model/architectures/fused.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 4096;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    families::setWindows(
        config, families::readWindow(config, where), [](size_t) { return true; }, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    using families::Bias;
    const families::NormStyle norm{NormKind::Rms,
                                   families::readEpsilon(config, "rms_norm_eps", 1e-5, weights.describe())};
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, norm, model);
    families::readBlocks(model, [&](size_t i, Block& block) {
        const BlockConfig& shape = block.config;
        const std::string prefix = fmt::format("model.layers.{}.", i);
        block.attentionNorm = families::readNorm(weights, prefix + "input_layernorm", norm, hidden);
        block.feedForwardNorm = families::readNorm(weights, prefix + "post_attention_layernorm", norm, hidden);
        const Linear qkv = families::readLinear(weights, prefix + "self_attn.qkv_proj",
                                                families::fusedQkvRows(shape), hidden, Bias::Never);
        families::splitStackedQkv(qkv, shape, block.attention);
        block.attention.output = families::readLinear(weights, prefix + "self_attn.o_proj", hidden,
                                                      shape.heads * shape.valueDim, Bias::Never);
        const Linear gateUp = families::readLinear(weights, prefix + "mlp.gate_up_proj", 2 * shape.feedForward,
                                                   hidden, Bias::Never);
        families::splitGateUp(gateUp, shape.feedForward, block.feedForward);
        block.feedForward.down =
            families::readLinear(weights, prefix + "mlp.down_proj", hidden, shape.feedForward, Bias::Never);
    });
}

} // namespace

const Architecture& phi3()
{
    static const Architecture row{"phi3", {"Phi3ForCausalLM"}, {"phi3"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
