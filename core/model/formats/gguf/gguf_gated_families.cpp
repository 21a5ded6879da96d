// Llama and its descendants.
#include "core/base/json.h"
#include "core/model/formats/gguf/gguf_config.h"
#include "core/model/formats/gguf/gguf_families.h"

namespace paretoscope {

namespace {

const GgufNameRule postAttentionNorm{"model.layers.#.post_attention_layernorm", "blk.#.post_attention_norm"};
const GgufNameRule postFeedForwardNorm{"model.layers.#.post_feedforward_layernorm", "blk.#.post_ffw_norm"};

// Llama, Mistral, Mixtral and everything that computes like them.
Json configureLlama(const GgufFile& file)
{
    const bool experts = file.metadata().integer("llama.expert_count").value_or(0) > 0;
    const bool window = file.metadata().integer("llama.attention.sliding_window").value_or(0) > 0;
    const bool queryBias = file.has("blk.0.attn_q.bias");
    const char* name = experts    ? "MixtralForCausalLM"
                       : window   ? "MistralForCausalLM"
                       : queryBias && !file.has("blk.0.attn_output.bias") ? "Qwen2ForCausalLM"
                                                                         : "LlamaForCausalLM";
    GgufConfig config(file, name);
    if (experts) {
        config.copyInteger("num_local_experts", "expert_count");
        config.copyInteger("num_experts_per_tok", "expert_used_count");
    }
    return config.copyInteger("sliding_window", "attention.sliding_window")
        .set("attention_bias", queryBias)
        .set("mlp_bias", file.has("blk.0.ffn_gate.bias"))
        .take();
}

Json configureQwen2(const GgufFile& file)
{
    return GgufConfig(file, "Qwen2ForCausalLM").take();
}

Json configureQwen3(const GgufFile& file)
{
    return GgufConfig(file, "Qwen3ForCausalLM").take();
}

Json configureGemma(const GgufFile& file)
{
    return GgufConfig(file, "GemmaForCausalLM").take();
}

// The scale of the logits is that of a head, except in the 27B models, which divide the hidden
// size by the heads; files may also say it.
double queryScalar(const GgufConfig& config, int64_t layersOf27B)
{
    const double scale = config.number("attention.scale").value_or(0);
    if (scale > 0) return 1 / (scale * scale);
    if (config.required("block_count") == layersOf27B)
        return double(config.required("embedding_length")) / double(config.required("attention.head_count"));
    return double(config.headDim());
}

Json configureGemma2(const GgufFile& file)
{
    GgufConfig config(file, "Gemma2ForCausalLM");
    return config.copyNumber("attn_logit_softcapping", "attn_logit_softcapping")
        .copyNumber("final_logit_softcapping", "final_logit_softcapping")
        .copyInteger("sliding_window", "attention.sliding_window")
        .set("query_pre_attn_scalar", queryScalar(config, 46))
        .take();
}

Json configureGemma3(const GgufFile& file)
{
    GgufConfig config(file, "Gemma3ForCausalLM");
    return config.copyNumber("final_logit_softcapping", "final_logit_softcapping")
        .copyInteger("sliding_window", "attention.sliding_window")
        .copyInteger("sliding_window_pattern", "attention.sliding_window_pattern")
        .copyNumber("rope_local_base_freq", "rope.freq_base_swa")
        .set("query_pre_attn_scalar", queryScalar(config, 62))
        .take();
}

Json configurePhi3(const GgufFile& file)
{
    return GgufConfig(file, "Phi3ForCausalLM")
        .copyInteger("sliding_window", "attention.sliding_window")
        .readLongRope()
        .take();
}

Json configureStablelm(const GgufFile& file)
{
    return GgufConfig(file, "StableLmForCausalLM")
        .set("use_parallel_residual", !file.has("blk.0.ffn_norm.weight"))
        .set("use_qkv_bias", file.has("blk.0.attn_q.bias"))
        .set("qk_layernorm", file.has("blk.0.attn_q_norm.weight"))
        .take();
}

Json configureOlmo(const GgufFile& file)
{
    return GgufConfig(file, "OlmoForCausalLM").copyNumber("clip_qkv", "attention.clamp_kqv").take();
}

Json configureOlmo2(const GgufFile& file)
{
    const bool window = file.metadata().integer("olmo2.attention.sliding_window").value_or(0) > 0;
    return GgufConfig(file, window ? "Olmo3ForCausalLM" : "Olmo2ForCausalLM")
        .copyInteger("sliding_window", "attention.sliding_window")
        .take();
}

Json configureGranite(const GgufFile& file)
{
    return GgufConfig(file, "GraniteForCausalLM")
        .copyNumber("embedding_multiplier", "embedding_scale")
        .copyNumber("residual_multiplier", "residual_scale")
        .copyNumber("attention_multiplier", "attention.scale")
        .copyNumber("logits_scaling", "logit_scale")
        .set("attention_bias", file.has("blk.0.attn_q.bias"))
        .take();
}

Json configureCohere(const GgufFile& file)
{
    return GgufConfig(file, "CohereForCausalLM")
        .copyNumber("logit_scale", "logit_scale")
        .set("use_qk_norm", file.has("blk.0.attn_q_norm.weight"))
        .take();
}

Json configureCohere2(const GgufFile& file)
{
    return GgufConfig(file, "Cohere2ForCausalLM")
        .copyNumber("logit_scale", "logit_scale")
        .copyInteger("sliding_window", "attention.sliding_window")
        .take();
}

Json configureGlm(const GgufFile& file)
{
    const bool bias = file.has("blk.0.attn_qkv.bias") || file.has("blk.0.attn_q.bias");
    GgufConfig config(file, file.has("blk.0.post_ffw_norm.weight") ? "Glm4ForCausalLM" : "GlmForCausalLM");
    return config.set("head_dim", config.headDim()).set("attention_bias", bias).take();
}

} // namespace

std::span<const GgufFamily> ggufGatedFamilies()
{
    static const std::vector<GgufNameRule> sandwich{postAttentionNorm, postFeedForwardNorm};
    static const std::vector<GgufNameRule> glmNorms{
        {"model.layers.#.post_self_attn_layernorm", "blk.#.post_attention_norm"},
        {"model.layers.#.post_mlp_layernorm", "blk.#.post_ffw_norm"}};
    static const std::vector<GgufFamily> rows{
        {"llama", configureLlama, {}, true},
        {"qwen2", configureQwen2, {}},
        {"qwen3", configureQwen3, {}},
        {"gemma", configureGemma, {}, false, 1},
        {"gemma2", configureGemma2, sandwich, false, 1},
        {"gemma3", configureGemma3, sandwich, false, 1},
        {"phi3", configurePhi3, {}},
        {"stablelm", configureStablelm, {}},
        {"olmo", configureOlmo, {}, true},
        {"olmo2", configureOlmo2, sandwich},
        {"granite", configureGranite, {}, true},
        {"command-r", configureCohere, {}},
        {"cohere2", configureCohere2, {}},
        {"chatglm", configureGlm, glmNorms},
        {"glm4", configureGlm, glmNorms},
    };
    return rows;
}

} // namespace paretoscope
