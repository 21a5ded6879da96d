// Mixtures of experts.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/gguf/gguf_config.h"
#include "core/model/formats/gguf/gguf_families.h"

namespace paretoscope {

namespace {

// Width of one expert: said, or that of the first block that has experts.
int64_t expertWidth(const GgufConfig& config)
{
    if (const auto said = config.integer("expert_feed_forward_length")) return *said;
    return config.extent("blk.0.ffn_up_exps.weight", 1);
}

GgufConfig& readQwenExperts(GgufConfig& config, bool renormalize)
{
    const std::optional<int64_t> normalized = config.integer("expert_weights_norm");
    config.copyInteger("num_experts", "expert_count")
        .copyInteger("num_experts_per_tok", "expert_used_count")
        .set("moe_intermediate_size", expertWidth(config))
        .set("norm_topk_prob", normalized ? *normalized != 0 : renormalize);
    if (!config.integer("feed_forward_length")) config.set("intermediate_size", expertWidth(config));
    return config;
}

Json configureQwen2Moe(const GgufFile& file)
{
    GgufConfig config(file, "Qwen2MoeForCausalLM");
    const auto shared = config.integer("expert_shared_feed_forward_length");
    return readQwenExperts(config, false)
        .set("shared_expert_intermediate_size", shared ? *shared : config.extent("blk.0.ffn_up_shexp.weight", 0))
        .set("qkv_bias", file.has("blk.0.attn_q.bias"))
        .take();
}

Json configureQwen3Moe(const GgufFile& file)
{
    GgufConfig config(file, "Qwen3MoeForCausalLM");
    return readQwenExperts(config, true).take();
}

Json configureOlmoe(const GgufFile& file)
{
    return GgufConfig(file, "OlmoeForCausalLM")
        .copyInteger("num_experts", "expert_count")
        .copyInteger("num_experts_per_tok", "expert_used_count")
        .copyNumber("clip_qkv", "attention.clamp_kqv")
        .set("norm_topk_prob", file.metadata().integer("olmoe.expert_weights_norm").value_or(0) != 0)
        .take();
}

Json configureGptOss(const GgufFile& file)
{
    GgufConfig config(file, "GptOssForCausalLM");
    config.copyInteger("num_local_experts", "expert_count")
        .copyInteger("num_experts_per_tok", "expert_used_count")
        .copyInteger("sliding_window", "attention.sliding_window")
        .set("intermediate_size", expertWidth(config))
        .set("attention_bias", true);
    Json fields = config.take();
    if (fields.contains("rope_scaling")) fields["rope_scaling"]["truncate"] = false;
    return fields;
}

Json configureDeepseek(const GgufFile& file)
{
    constexpr int64_t sigmoid = 2; // of "expert_gating_func"
    const bool third = file.metadata().integer("deepseek2.expert_gating_func").value_or(1) == sigmoid;
    GgufConfig config(file, third ? "DeepseekV3ForCausalLM" : "DeepseekV2ForCausalLM");
    const int64_t rotated = config.required("rope.dimension_count");
    const auto key = config.integer("attention.key_length_mla");
    const auto value = config.integer("attention.value_length_mla");
    config.copyInteger("q_lora_rank", "attention.q_lora_rank")
        .copyInteger("kv_lora_rank", "attention.kv_lora_rank")
        .set("qk_rope_head_dim", rotated)
        .set("qk_nope_head_dim", (key ? *key : config.required("attention.key_length")) - rotated)
        .set("v_head_dim", value ? *value : config.required("attention.value_length"))
        .copyInteger("n_routed_experts", "expert_count")
        .copyInteger("num_experts_per_tok", "expert_used_count")
        .copyInteger("moe_intermediate_size", "expert_feed_forward_length")
        .copyInteger("n_shared_experts", "expert_shared_count")
        .copyInteger("first_k_dense_replace", "leading_dense_block_count")
        .copyNumber("routed_scaling_factor", "expert_weights_scale")
        .set("norm_topk_prob", config.integer("expert_weights_norm").value_or(0) != 0);
    if (config.integer("expert_group_count").value_or(1) > 1)
        config.copyInteger("n_group", "expert_group_count")
            .copyInteger("topk_group", "expert_group_used_count")
            .set("topk_method", third ? "noaux_tc" : "group_limited_greedy");
    const auto logMultiplier = config.number("rope.scaling.yarn_log_multiplier");
    Json fields = config.take();
    fields.erase("partial_rotary_factor"); // its head is the rotated part alone
    if (!fields.contains("rope_scaling")) return fields;
    fields["rope_scaling"].erase("attention_factor");
    // The converter stores a tenth of it.
    if (logMultiplier) fields["rope_scaling"]["mscale"] = fields["rope_scaling"]["mscale_all_dim"] = *logMultiplier * 10;
    return fields;
}

} // namespace

std::span<const GgufFamily> ggufExpertFamilies()
{
    static const std::vector<GgufNameRule> postAttention{
        {"model.layers.#.post_attention_layernorm", "blk.#.post_attention_norm"}};
    static const std::vector<GgufFamily> rows{
        {"qwen2moe", configureQwen2Moe, {}},       {"qwen3moe", configureQwen3Moe, {}},
        {"olmoe", configureOlmoe, {}},             {"gpt-oss", configureGptOss, postAttention},
        {"deepseek2", configureDeepseek, {}},
    };
    return rows;
}

} // namespace paretoscope
