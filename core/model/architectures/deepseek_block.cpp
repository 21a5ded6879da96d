#include "core/model/architectures/deepseek_block.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architectures/experts.h"
#include "core/model/architectures/llama_block.h"

#include <cmath>
#include <fmt/format.h>

namespace paretoscope::families {

namespace {

constexpr double latentEpsilon = 1e-6; // of the latents' norms, whatever rms_norm_eps says

MlaConfig readMla(const Json& config, const std::string& where)
{
    MlaConfig mla;
    mla.kvRank = requireInteger(config, "kv_lora_rank", 1, 1 << 16, where);
    mla.queryRank = optionalInteger(config, "q_lora_rank", 1, 1 << 16, 0, where);
    mla.nopeDim = requireInteger(config, "qk_nope_head_dim", 1, 1 << 14, where);
    mla.ropeDim = requireInteger(config, "qk_rope_head_dim", 1, 1 << 14, where);
    return mla;
}

void readAttention(const Json& config, BlockConfig& block, ModelConfig& model, const std::string& where)
{
    block.mla = readMla(config, where);
    block.kvHeads = block.heads;
    block.headDim = block.mla.nopeDim + block.mla.ropeDim;
    block.valueDim = requireInteger(config, "v_head_dim", 1, 1 << 14, where);
    RopeConfig rope = readRope(config, block.mla.ropeDim, model.contextLength, where);
    rope.interleaved = optionalBool(config, "rope_interleave", true, where);
    // YaRN's temperature sharpens the logits by its square (DeepSeek-V2, arXiv:2405.04434, code of
    // the authors).
    if (rope.scaling == RopeScalingKind::Yarn && rope.mscaleAllDimensions > 0) {
        const double temperature = yarnTemperature(rope.factor, rope.mscaleAllDimensions);
        block.attentionScale = temperature * temperature / std::sqrt(double(block.headDim));
    }
    model.ropes = {rope};
}

} // namespace

void readExpertGroups(const Json& config, MoeConfig& moe, const std::string& where)
{
    moe.groups = optionalInteger(config, "n_group", 1, 1 << 14, 1, where);
    moe.groupsUsed = optionalInteger(config, "topk_group", 1, 1 << 14, 1, where);
}

ModelConfig readDeepseekConfig(const Json& config, const std::string& where)
{
    ModelConfig model;
    model.hidden = requireInteger(config, "hidden_size", 1, 1 << 20, where);
    model.vocabulary = requireInteger(config, "vocab_size", 1, 1 << 26, where);
    model.contextLength = optionalInteger(config, "max_position_embeddings", 1, int64_t{1} << 31, 2048, where);
    model.tiedEmbeddings = optionalBool(config, "tie_word_embeddings", false, where);
    BlockConfig block;
    block.heads = requireInteger(config, "num_attention_heads", 1, 1 << 14, where);
    block.activation = readActivation(config, "hidden_act", "silu", where);
    block.feedForward = requireInteger(config, "intermediate_size", 1, 1 << 20, where);
    readAttention(config, block, model, where);
    const int64_t layers = requireInteger(config, "num_hidden_layers", 1, 4096, where);
    model.blocks.assign(size_t(layers), block);
    MoeConfig moe;
    moe.experts = optionalInteger(config, "n_routed_experts", 0, 1 << 14, 0, where);
    if (moe.experts == 0) return model;
    moe.used = requireInteger(config, "num_experts_per_tok", 1, 1 << 14, where);
    moe.scale = optionalNumber(config, "routed_scaling_factor", 1, where);
    const int64_t width = requireInteger(config, "moe_intermediate_size", 1, 1 << 20, where);
    const int64_t first = optionalInteger(config, "first_k_dense_replace", 0, 4096, 0, where);
    const int64_t step = optionalInteger(config, "moe_layer_freq", 1, 4096, 1, where);
    for (int64_t i = first; i < layers; ++i) {
        if (i % step != 0) continue;
        model.blocks[size_t(i)].moe = moe;
        model.blocks[size_t(i)].feedForward = width;
    }
    return model;
}

namespace {

AttentionWeights readLatentAttention(const WeightSource& weights, const std::string& at,
                                     const BlockConfig& shape, int64_t hidden, Bias bias)
{
    const MlaConfig& mla = shape.mla;
    const NormStyle norm{NormKind::Rms, latentEpsilon};
    const int64_t queries = shape.heads * shape.headDim;
    AttentionWeights a;
    if (mla.queryRank > 0) {
        a.queryDown = readLinear(weights, at + "q_a_proj", mla.queryRank, hidden, bias);
        a.queryLatentNorm = readNorm(weights, at + "q_a_layernorm", norm, mla.queryRank);
        a.queryUp = readLinear(weights, at + "q_b_proj", queries, mla.queryRank, Bias::Never);
    } else {
        a.query = readLinear(weights, at + "q_proj", queries, hidden, Bias::Never);
    }
    a.kvDown = readLinear(weights, at + "kv_a_proj_with_mqa", mla.kvRank + mla.ropeDim, hidden, bias);
    a.kvLatentNorm = readNorm(weights, at + "kv_a_layernorm", norm, mla.kvRank);
    a.kvUp = readLinear(weights, at + "kv_b_proj", shape.heads * (mla.nopeDim + shape.valueDim), mla.kvRank,
                        Bias::Never);
    a.output = readLinear(weights, at + "o_proj", hidden, shape.heads * shape.valueDim, bias);
    return a;
}

MoeWeights readExpertsWithShared(const Json& config, const WeightSource& weights, const std::string& at,
                                 const BlockConfig& shape, int64_t hidden)
{
    MoeWeights moe = readMoe(weights, at, shape, hidden);
    const int64_t shared = optionalInteger(config, "n_shared_experts", 0, 1 << 10, 0, weights.describe());
    if (shared > 0)
        moe.shared =
            readGatedFeedForward(weights, at + "shared_experts.", hidden, shared * shape.feedForward, Bias::Never);
    if (shape.moe.scoring == MoeConfig::Scoring::Sigmoid)
        moe.selectionBias = readVector(weights, at + "gate.e_score_correction_bias", shape.moe.experts);
    return moe;
}

} // namespace

void readDeepseekModel(const Json& config, const WeightSource& weights, Model& model)
{
    const std::string where = weights.describe();
    const NormStyle norm{NormKind::Rms, readEpsilon(config, "rms_norm_eps", 1e-6, where)};
    const Bias bias = biasWhen(optionalBool(config, "attention_bias", false, where));
    const Bias feedBias = biasWhen(optionalBool(config, "mlp_bias", false, where));
    const int64_t hidden = model.config.hidden;
    readFrame(weights, norm, model);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        block.attentionNorm = readNorm(weights, prefix + "input_layernorm", norm, hidden);
        block.feedForwardNorm = readNorm(weights, prefix + "post_attention_layernorm", norm, hidden);
        block.attention = readLatentAttention(weights, prefix + "self_attn.", block.config, hidden, bias);
        if (block.config.moe.experts > 0)
            block.moe = readExpertsWithShared(config, weights, prefix + "mlp.", block.config, hidden);
        else
            block.feedForward = readGatedFeedForward(weights, prefix + "mlp.", hidden,
                                                     block.config.feedForward, feedBias);
    });
}

} // namespace paretoscope::families
