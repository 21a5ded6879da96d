// OLMoE (Muennighoff et al. 2024, arXiv:2409.02060): experts in every layer, queries and keys
// normalized over their full width, optional limit of queries, keys and values.
#include "core/base/json.h"
#include "core/model/architectures/experts.h"
#include "core/model/architectures/llama_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 4096;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    MoeConfig moe;
    moe.experts = optionalInteger(config, "num_experts", 1, 1 << 14, 64, where);
    moe.used = optionalInteger(config, "num_experts_per_tok", 1, 1 << 14, 8, where);
    moe.renormalize = optionalBool(config, "norm_topk_prob", false, where);
    for (BlockConfig& block : result.blocks) {
        block.moe = moe;
        block.qkNorm = BlockConfig::QkNorm::FullWidth;
        block.clampQkv = optionalNumber(config, "clip_qkv", 0, where);
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    style.norm.epsilon = families::readEpsilon(config, "rms_norm_eps", 1e-5, weights.describe());
    families::readLlamaStyleModel(weights, style, model, [&](const std::string& prefix, Block& block) {
        block.moe = families::readMoe(weights, prefix + "mlp.", block.config, model.config.hidden);
    });
}

} // namespace

const Architecture& olmoe()
{
    static const Architecture row{"olmoe", {"OlmoeForCausalLM"}, {"olmoe"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
