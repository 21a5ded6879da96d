// Qwen3 (Yang et al. 2025, arXiv:2505.09388): Llama's block with normalized query and key heads.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"
#include "core/model/architectures/qwen_windows.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 32768;
    defaults.headDim = 128;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    for (BlockConfig& block : result.blocks) block.qkNorm = BlockConfig::QkNorm::PerHead;
    families::readQwenWindows(config, families::QwenWindows::UpperLayers, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    style.feedForward = families::Bias::Never;
    families::readLlamaStyleModel(weights, style, model);
}

} // namespace

const Architecture& qwen3()
{
    static const Architecture row{"qwen3", {"Qwen3ForCausalLM"}, {"qwen3"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
