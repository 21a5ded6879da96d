// Qwen3-30B-A3B and larger (arXiv:2505.09388): Qwen3's attention, experts without a shared one.
#include "core/base/json.h"
#include "core/model/architectures/experts.h"
#include "core/model/architectures/llama_block.h"
#include "core/model/architectures/qwen_moe.h"
#include "core/model/architectures/qwen_windows.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 32768;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    for (BlockConfig& block : result.blocks) block.qkNorm = BlockConfig::QkNorm::PerHead;
    families::readQwenMoeConfig(config, 128, result, where);
    families::readQwenWindows(config, families::QwenWindows::AllLayers, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    style.feedForward = families::Bias::Never;
    families::readLlamaStyleModel(weights, style, model, [&](const std::string& prefix, Block& block) {
        block.moe = families::readMoe(weights, prefix + "mlp.", block.config, model.config.hidden);
    });
}

} // namespace

const Architecture& qwen3Moe()
{
    static const Architecture row{"qwen3_moe", {"Qwen3MoeForCausalLM"}, {"qwen3_moe"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
