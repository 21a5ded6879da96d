#include "core/model/architectures/gemma_block.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <cmath>
#include <fmt/format.h>

namespace paretoscope::families {

ModelConfig readGemmaConfig(const Json& config, const std::string& where, int64_t contextLength,
                            const RopeDefaults& rope)
{
    ConfigDefaults defaults;
    defaults.tied = true;
    defaults.contextLength = contextLength;
    defaults.headDim = 256;
    defaults.rope = rope;
    defaults.activationField = presentField(config, {"hidden_activation", "hidden_act"});
    defaults.activation = "gelu_pytorch_tanh";
    ModelConfig result = readLlamaStyleConfig(config, where, defaults);
    result.embeddingScale = std::sqrt(double(result.hidden));
    // The first Gemma files say "gelu" and mean its tanh form.
    for (BlockConfig& block : result.blocks)
        if (block.activation == Activation::Gelu && std::string(defaults.activationField) == "hidden_act")
            block.activation = Activation::GeluTanh;
    return result;
}

void readGemmaAttention(const Json& config, double attentionCap, double logitCap, ModelConfig& model,
                        const std::string& where)
{
    const double scalar = optionalNumber(config, "query_pre_attn_scalar", 256, where);
    if (!(scalar > 0)) fail(ErrorCode::BadFile, "{}: 'query_pre_attn_scalar' must be positive", where);
    // An explicit null switches a cap off.
    const auto cap = [&](const char* field, double fallback) {
        const double value =
            config.contains(field) ? optionalNumber(config, field, 0, where) : fallback;
        if (!(value >= 0)) fail(ErrorCode::BadFile, "{}: '{}' is negative", where, field);
        return value;
    };
    model.logitSoftCap = cap("final_logit_softcapping", logitCap);
    for (BlockConfig& block : model.blocks) {
        block.attentionScale = 1 / std::sqrt(scalar);
        block.attentionSoftCap = cap("attn_logit_softcapping", attentionCap);
    }
}

LlamaStyle readGemmaStyle(const Json& config, const std::string& where)
{
    LlamaStyle style = readLlamaStyle(config, where);
    style.norm.offset = 1;
    style.feedForward = Bias::Never;
    return style;
}

void readGemmaSandwich(const WeightSource& weights, const LlamaStyle& style, Model& model)
{
    const int64_t hidden = model.config.hidden;
    readFrame(weights, style.norm, model);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        const auto norm = [&](const char* name) {
            return readNorm(weights, prefix + name, style.norm, hidden);
        };
        block.attentionNorm = norm("input_layernorm");
        block.postAttentionNorm = norm("post_attention_layernorm");
        block.feedForwardNorm = norm("pre_feedforward_layernorm");
        block.postFeedForwardNorm = norm("post_feedforward_layernorm");
        block.attention = readLlamaAttention(weights, prefix, block.config, hidden, style);
        block.feedForward = readGatedFeedForward(weights, prefix + "mlp.", hidden, block.config.feedForward,
                                                 style.feedForward);
    });
}

} // namespace paretoscope::families
