// Qwen1.5-MoE and Qwen2-57B-A14B (arXiv:2407.10671): Qwen2's attention, many small experts and a
// shared one behind a sigmoid gate.
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
    families::readQwenMoeConfig(config, 60, result, where);
    families::readQwenWindows(config, families::QwenWindows::AllLayers, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    families::LlamaStyle style = families::readLlamaStyle(config, where);
    style.query = families::biasWhen(optionalBool(config, "qkv_bias", true, where));
    style.output = style.feedForward = families::Bias::Never;
    const int64_t hidden = model.config.hidden;
    const int64_t sharedWidth =
        requireInteger(config, "shared_expert_intermediate_size", 1, 1 << 20, where);
    families::readLlamaStyleModel(weights, style, model, [&](const std::string& prefix, Block& block) {
        const std::string at = prefix + "mlp.";
        block.moe = families::readMoe(weights, at, block.config, hidden);
        block.moe->shared = families::readGatedFeedForward(weights, at + "shared_expert.", hidden, sharedWidth,
                                                           families::Bias::Never);
        block.moe->sharedGate =
            families::readLinear(weights, at + "shared_expert_gate", 1, hidden, families::Bias::Never);
    });
}

} // namespace

const Architecture& qwen2Moe()
{
    static const Architecture row{"qwen2_moe", {"Qwen2MoeForCausalLM"}, {"qwen2_moe"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
