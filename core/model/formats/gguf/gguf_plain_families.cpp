// Families whose feed-forward has no gate.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/gguf/gguf_config.h"
#include "core/model/formats/gguf/gguf_families.h"

namespace paretoscope {

namespace {

Json configureGpt2(const GgufFile& file)
{
    return GgufConfig(file, "GPT2LMHeadModel").take();
}

Json configureGptNeox(const GgufFile& file)
{
    const auto parallel = file.metadata().boolean("gptneox.use_parallel_residual");
    return GgufConfig(file, "GPTNeoXForCausalLM")
        .set("use_parallel_residual", parallel.value_or(true))
        .set("attention_bias", file.has("blk.0.attn_qkv.bias"))
        .take();
}

// Queries, keys and values of every variant are stored alike, so one variant describes them all.
Json configureFalcon(const GgufFile& file)
{
    GgufConfig config(file, "FalconForCausalLM");
    return config.set("new_decoder_architecture", true)
        .set("num_kv_heads", config.integer("attention.head_count_kv").value_or(1))
        .set("num_ln_in_parallel_attn", file.has("blk.0.attn_norm_2.weight") ? 2 : 1)
        .set("bias", file.has("blk.0.attn_qkv.bias"))
        .copyInteger("ffn_hidden_size", "feed_forward_length")
        .take();
}

Json configureBloom(const GgufFile& file)
{
    return GgufConfig(file, "BloomForCausalLM").take();
}

Json configureMpt(const GgufFile& file)
{
    GgufConfig config(file, "MptForCausalLM");
    Json attention = Json::object();
    if (const auto bias = config.number("attention.max_alibi_bias")) attention["alibi_bias_max"] = *bias;
    if (const auto clip = config.number("attention.clamp_kqv")) attention["clip_qkv"] = *clip;
    const double ratio = double(config.required("feed_forward_length")) / double(config.required("embedding_length"));
    return config.set("attn_config", std::move(attention))
        .set("expansion_ratio", ratio)
        .copyInteger("max_seq_len", "context_length")
        .take();
}

Json configurePhi2(const GgufFile& file)
{
    return GgufConfig(file, "PhiForCausalLM").take();
}

Json configureStarcoder2(const GgufFile& file)
{
    return GgufConfig(file, "Starcoder2ForCausalLM").set("use_bias", file.has("blk.0.attn_q.bias")).take();
}

Json configureNemotron(const GgufFile& file)
{
    return GgufConfig(file, "NemotronForCausalLM")
        .set("attention_bias", file.has("blk.0.attn_q.bias"))
        .set("mlp_bias", file.has("blk.0.ffn_up.bias"))
        .take();
}

Json configureBert(const GgufFile& file)
{
    GgufConfig config(file, "BertModel");
    return config.set("type_vocab_size", config.extent("token_types.weight", 0)).take();
}

} // namespace

std::span<const GgufFamily> ggufPlainFamilies()
{
    static const std::vector<GgufFamily> rows{
        {"gpt2", configureGpt2, {}, false, 0, true},
        {"gptneox", configureGptNeox, {}},
        {"falcon", configureFalcon, {}},
        {"bloom", configureBloom, {}},
        {"mpt", configureMpt, {}},
        {"phi2", configurePhi2, {}},
        {"starcoder2", configureStarcoder2, {}},
        {"nemotron", configureNemotron, {}, false, 1},
        {"bert", configureBert, {}},
    };
    return rows;
}

} // namespace paretoscope
