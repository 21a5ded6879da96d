// Mixtral (Jiang et al. 2024, arXiv:2401.04088): Mistral's attention, experts in every layer.
#include "core/base/json.h"
#include "core/model/architectures/experts.h"
#include "core/model/architectures/llama_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 131072;
    defaults.rope.theta = 1e6;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    families::setWindows(
        config, families::readWindow(config, where), [](size_t) { return true; }, result, where);
    MoeConfig moe;
    moe.experts = optionalInteger(config, "num_local_experts", 1, 1 << 14, 8, where);
    moe.used = optionalInteger(config, "num_experts_per_tok", 1, 1 << 14, 2, where);
    moe.renormalize = true;
    for (BlockConfig& block : result.blocks) block.moe = moe;
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    families::readLlamaStyleModel(weights, style, model, [&](const std::string& prefix, Block& block) {
        block.moe = families::readMoe(weights, prefix + "block_sparse_moe.", block.config, model.config.hidden,
                                      {"w1", "w3", "w2"});
    });
}

} // namespace

const Architecture& mixtral()
{
    static const Architecture row{"mixtral", {"MixtralForCausalLM"}, {"mixtral"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
