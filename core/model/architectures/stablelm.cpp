// StableLM 2 and 3B (Bellagente et al. 2024, arXiv:2402.17834): layer norms, part of each head
// rotated, gated SiLU; optionally parallel parts and a norm for each query and key head.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 4096;
    defaults.rope.share = 0.25;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    const bool normalized = optionalBool(config, "qk_layernorm", false, where);
    for (BlockConfig& block : result.blocks) {
        block.parallel = optionalBool(config, "use_parallel_residual", false, where);
        if (normalized) block.qkNorm = BlockConfig::QkNorm::OwnPerHead;
    }
    return result;
}

// "<name>.norms.H.weight" of every head, one after another.
NormParameters readHeadNorms(const WeightSource& weights, const std::string& name,
                             const families::NormStyle& norm, int64_t heads, int64_t headDim)
{
    std::vector<float> all;
    for (int64_t h = 0; h < heads; ++h) {
        const Tensor weight = families::readVector(weights, fmt::format("{}.norms.{}.weight", name, h), headDim);
        const std::span<const float> values = weight.view<float>();
        all.insert(all.end(), values.begin(), values.end());
    }
    return {norm.kind, float(norm.epsilon), Tensor::fromFloats({heads * headDim}, all), {}};
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    families::LlamaStyle style;
    style.norm = {NormKind::Layer, families::readEpsilon(config, "layer_norm_eps", 1e-5, where)};
    style.query = families::biasWhen(optionalBool(config, "use_qkv_bias", false, where));
    const int64_t hidden = model.config.hidden;
    families::readFrame(weights, style.norm, model);
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        BlockConfig shape = block.config;
        shape.qkNorm = BlockConfig::QkNorm::None; // its weights have names of their own
        block.attentionNorm = families::readNorm(weights, prefix + "input_layernorm", style.norm, hidden);
        if (!shape.parallel)
            block.feedForwardNorm =
                families::readNorm(weights, prefix + "post_attention_layernorm", style.norm, hidden);
        block.attention = families::readLlamaAttention(weights, prefix, shape, hidden, style);
        if (block.config.qkNorm == BlockConfig::QkNorm::OwnPerHead) {
            const std::string at = prefix + "self_attn.";
            block.attention.queryNorm =
                readHeadNorms(weights, at + "q_layernorm", style.norm, shape.heads, shape.headDim);
            block.attention.keyNorm =
                readHeadNorms(weights, at + "k_layernorm", style.norm, shape.kvHeads, shape.headDim);
        }
        block.feedForward = families::readGatedFeedForward(weights, prefix + "mlp.", hidden, shape.feedForward,
                                                           families::Bias::Never);
    });
}

} // namespace

const Architecture& stablelm()
{
    static const Architecture row{
        "stablelm", {"StableLmForCausalLM", "StableLMEpochForCausalLM"}, {"stablelm", "stablelm_epoch"}, configure,
        load};
    return row;
}

} // namespace paretoscope::architectures
