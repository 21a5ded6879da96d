#include "core/model/formats/export/gguf_metadata.h"

#include "core/base/error.h"

#include <cmath>

namespace paretoscope {

namespace {

struct FamilyName {
    const char* architecture; // of Hugging Face folders
    const char* family;
};

constexpr FamilyName families[] = {
    {"llama", "llama"},         {"mistral", "llama"},       {"mixtral", "llama"}, {"qwen2", "qwen2"},   {"qwen3", "qwen3"},
    {"qwen2_moe", "qwen2moe"}, {"qwen3_moe", "qwen3moe"}, {"olmoe", "olmoe"},   {"gemma", "gemma"},   {"gemma2", "gemma2"},
};

class Keys {
public:
    Keys(const GgufFamily& family, GgufFileWriter& to) : prefix_(std::string(family.name) + "."), to_(to) {}

    void integer(const char* key, int64_t value) { to_.set(prefix_ + key, uint32_t(value)); }
    void number(const char* key, double value) { to_.set(prefix_ + key, float(value)); }
    void text(const char* key, const char* value) { to_.set(prefix_ + key, value); }
    void flag(const char* key, bool value) { to_.set(prefix_ + key, value); }

private:
    std::string prefix_;
    GgufFileWriter& to_;
};

void addRotation(const RopeConfig& rope, Keys& keys)
{
    keys.number("rope.freq_base", rope.theta);
    keys.integer("rope.dimension_count", rope.dimensions);
    switch (rope.scaling) {
    case RopeScalingKind::None:
    case RopeScalingKind::Llama3: // as factors, in a tensor
        break;
    case RopeScalingKind::Linear:
        keys.text("rope.scaling.type", "linear");
        keys.number("rope.scaling.factor", rope.factor);
        break;
    case RopeScalingKind::Yarn:
        keys.text("rope.scaling.type", "yarn");
        keys.number("rope.scaling.factor", rope.factor);
        keys.integer("rope.scaling.original_context_length", rope.originalContext);
        keys.number("rope.scaling.yarn_beta_fast", rope.betaFast);
        keys.number("rope.scaling.yarn_beta_slow", rope.betaSlow);
        break;
    default:
        fail(ErrorCode::Unsupported, "this scaling of rotary positions is not written to GGUF");
    }
}

void addExperts(const BlockConfig& block, const Json& config, Keys& keys)
{
    if (block.moe.experts == 0) return;
    keys.integer("expert_count", block.moe.experts);
    keys.integer("expert_used_count", block.moe.used);
    if (config.contains("moe_intermediate_size")) keys.integer("expert_feed_forward_length", config["moe_intermediate_size"].get<int64_t>());
    if (config.contains("shared_expert_intermediate_size"))
        keys.integer("expert_shared_feed_forward_length", config["shared_expert_intermediate_size"].get<int64_t>());
    keys.flag("expert_weights_norm", block.moe.renormalize);
}

void requireEqualBlocks(const Model& model)
{
    const BlockConfig& first = model.blocks.front()->config;
    for (const auto& block : model.blocks) {
        const BlockConfig& config = block->config;
        if (config.heads != first.heads || config.kvHeads != first.kvHeads || config.feedForward != first.feedForward ||
            config.moe.experts != first.moe.experts)
            fail(ErrorCode::Unsupported, "blocks of different extents are not written to GGUF");
    }
}

} // namespace

const GgufFamily& ggufFamilyFor(const std::string& architecture)
{
    std::vector<std::string> known;
    for (const FamilyName& row : families) {
        known.emplace_back(row.architecture);
        if (architecture != row.architecture) continue;
        for (const GgufFamily& family : ggufFamilies())
            if (std::string_view(family.name) == row.family) return family;
    }
    fail(ErrorCode::Unsupported, "models of the family '{}' are not written to GGUF (these are: {})", architecture,
         fmt::join(known, ", "));
}

void addGgufMetadata(const GgufFamily& family, const Model& model, const Json& config, GgufFileWriter& to)
{
    if (model.blocks.empty()) fail(ErrorCode::Unsupported, "a model without blocks is not written to GGUF");
    requireEqualBlocks(model);
    const BlockConfig& block = model.blocks.front()->config;
    Keys keys(family, to);
    keys.integer("context_length", model.config.contextLength);
    keys.integer("embedding_length", model.config.hidden);
    keys.integer("block_count", int64_t(model.blocks.size()));
    keys.integer("feed_forward_length", config.value("intermediate_size", block.feedForward));
    keys.integer("vocab_size", model.config.vocabulary);
    keys.integer("attention.head_count", block.heads);
    keys.integer("attention.head_count_kv", block.kvHeads);
    keys.integer("attention.key_length", block.headDim);
    keys.integer("attention.value_length", block.valueDim > 0 ? block.valueDim : block.headDim);
    const auto& norm = model.finalNorm;
    if (norm) keys.number(norm->kind == NormKind::Rms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon", norm->epsilon);
    if (!model.config.ropes.empty()) addRotation(model.config.ropes.front(), keys);
    int64_t window = 0;
    for (const auto& each : model.blocks) window = std::max(window, each->config.window);
    if (window > 0) keys.integer("attention.sliding_window", window);
    if (block.attentionSoftCap > 0) keys.number("attn_logit_softcapping", block.attentionSoftCap);
    if (model.config.logitSoftCap > 0) keys.number("final_logit_softcapping", model.config.logitSoftCap);
    if (block.clampQkv > 0) keys.number("attention.clamp_kqv", block.clampQkv);
    if (family.name == std::string_view("gemma2") && block.attentionScale > 0) keys.number("attention.scale", block.attentionScale);
    addExperts(block, config, keys);
}

} // namespace paretoscope
