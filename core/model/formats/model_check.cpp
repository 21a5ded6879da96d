#include "core/model/formats/model_check.h"

#include "core/base/error.h"

namespace paretoscope {

namespace {

constexpr int64_t any = -1;

// Extents of one model's parts. `at` is the part in front of every name in errors.
class Checker {
public:
    Checker(const Model& model, const std::string& where)
        : hidden_(model.config.hidden)
        , where_(where)
    {
    }

    void model(const Model& model);

private:
    void block(const Block& block);
    void attention(const AttentionWeights& weights, const BlockConfig& config);
    void latentAttention(const AttentionWeights& weights, const BlockConfig& config);
    void feedForward(const FeedForwardWeights& weights, const std::string& name, int64_t width,
                     bool required);
    void moe(const MoeWeights& weights, const MoeConfig& config);

    void require(bool good, const std::string& name, const char* reason) const
    {
        if (!good) fail(ErrorCode::BadFile, "{}: {}{} {}", where_, at_, name, reason);
    }
    void linear(const Linear& map, const std::string& name, int64_t outputs, int64_t inputs,
                bool required = true) const;
    void vector(const Tensor& values, const std::string& name, int64_t count) const;
    void norm(const std::optional<NormParameters>& parameters, const std::string& name,
              int64_t count) const;

    int64_t hidden_;
    const std::string& where_;
    std::string at_;
};

void Checker::linear(const Linear& map, const std::string& name, int64_t outputs, int64_t inputs,
                     bool required) const
{
    if (!map) {
        require(!required, name, "is missing");
        return;
    }
    const int64_t n = map.weight->outputs();
    const int64_t k = map.weight->inputs();
    if ((outputs != any && n != outputs) || (inputs != any && k != inputs))
        fail(ErrorCode::BadFile, "{}: {}{} maps {} inputs to {} outputs, expected {} to {}", where_,
             at_, name, k, n, inputs == any ? k : inputs, outputs == any ? n : outputs);
    vector(map.bias, name + ".bias", n);
}

void Checker::vector(const Tensor& values, const std::string& name, int64_t count) const
{
    if (values.empty()) return;
    const bool good = values.dtype() == DType::F32 && values.shape() == Shape{count};
    if (!good)
        fail(ErrorCode::BadFile, "{}: {}{} must be {} values of F32, not {} of {}", where_, at_,
             name, count, shapeText(values.shape()), traits(values.dtype()).name);
}

void Checker::norm(const std::optional<NormParameters>& parameters, const std::string& name,
                   int64_t count) const
{
    if (!parameters) return;
    vector(parameters->weight, name + ".weight", count);
    vector(parameters->bias, name + ".bias", count);
}

void Checker::attention(const AttentionWeights& weights, const BlockConfig& config)
{
    using QkNorm = BlockConfig::QkNorm;
    const int64_t queries = config.heads * config.headDim;
    const int64_t keys = config.kvHeads * config.headDim;
    linear(weights.query, "attention.query", queries, hidden_);
    linear(weights.key, "attention.key", keys, hidden_);
    linear(weights.value, "attention.value", config.kvHeads * config.valueDim, hidden_);
    if (config.qkNorm == QkNorm::None) return;
    const bool whole = config.qkNorm != QkNorm::PerHead;
    norm(weights.queryNorm, "attention.query_norm", whole ? queries : config.headDim);
    norm(weights.keyNorm, "attention.key_norm", whole ? keys : config.headDim);
}

void Checker::latentAttention(const AttentionWeights& weights, const BlockConfig& config)
{
    const MlaConfig& mla = config.mla;
    const int64_t queries = config.heads * (mla.nopeDim + mla.ropeDim);
    if (mla.queryRank > 0) {
        linear(weights.queryDown, "attention.query_down", mla.queryRank, hidden_);
        norm(weights.queryLatentNorm, "attention.query_latent_norm", mla.queryRank);
        linear(weights.queryUp, "attention.query_up", queries, mla.queryRank);
    } else {
        linear(weights.query, "attention.query", queries, hidden_);
    }
    linear(weights.kvDown, "attention.kv_down", mla.kvRank + mla.ropeDim, hidden_);
    norm(weights.kvLatentNorm, "attention.kv_latent_norm", mla.kvRank);
    linear(weights.kvUp, "attention.kv_up", config.heads * (mla.nopeDim + config.valueDim),
           mla.kvRank);
}

void Checker::feedForward(const FeedForwardWeights& weights, const std::string& name, int64_t width,
                          bool required)
{
    linear(weights.up, name + "up", width, hidden_, required);
    linear(weights.gate, name + "gate", width, hidden_, false);
    require(bool(weights.up) == bool(weights.down), name + "down", "does not go with 'up'");
    require(weights.up || !weights.gate, name + "gate", "has no 'up' beside it");
    if (!weights.up) return;
    const int64_t inner = weights.up.weight->outputs();
    linear(weights.gate, name + "gate", inner, hidden_, false);
    linear(weights.down, name + "down", hidden_, inner);
}

void Checker::moe(const MoeWeights& weights, const MoeConfig& config)
{
    require(int64_t(weights.experts.size()) == config.experts, "experts", "are not all there");
    linear(weights.router, "router", config.experts, hidden_);
    vector(weights.selectionBias, "selection_bias", config.experts);
    for (size_t e = 0; e < weights.experts.size(); ++e)
        feedForward(weights.experts[e], fmt::format("experts.{}.", e), any, true);
    feedForward(weights.shared, "shared_expert.", any, false);
    linear(weights.sharedGate, "shared_gate", 1, hidden_, false);
}

void Checker::block(const Block& block)
{
    const BlockConfig& config = block.config;
    norm(block.attentionNorm, "attention_norm", hidden_);
    norm(block.postAttentionNorm, "post_attention_norm", hidden_);
    norm(block.feedForwardNorm, "feed_forward_norm", hidden_);
    norm(block.postFeedForwardNorm, "post_feed_forward_norm", hidden_);
    if (config.heads > 0) {
        if (config.mla.kvRank > 0)
            latentAttention(block.attention, config);
        else
            attention(block.attention, config);
        linear(block.attention.output, "attention.output", hidden_, config.heads * config.valueDim);
        vector(block.attention.sinks, "attention.sinks", config.heads);
    }
    require((config.moe.experts > 0) == block.moe.has_value(), "experts",
            "contradict the configuration");
    if (block.moe) moe(*block.moe, config.moe);
    feedForward(block.feedForward, "feed_forward.", any, false);
}

void Checker::model(const Model& model)
{
    const int64_t vocabulary = model.config.vocabulary;
    const auto matrix = [&](const Tensor& values, const char* name, int64_t rows, int64_t columns) {
        const bool good = values.shape().size() == 2 && traits(values.dtype()).isFloat &&
                          values.extent(1) == columns && (rows == any || values.extent(0) == rows);
        require(good, name, "is not a float matrix of the configured extents");
    };
    require(model.embedding.empty() == bool(model.embeddingMap), "embedding",
            model.embeddingMap ? "is there twice" : "is missing");
    const Linear& narrow = model.embeddingProjection;
    const int64_t width = narrow ? narrow.weight->inputs() : hidden_;
    if (model.embeddingMap)
        linear(model.embeddingMap, "embedding_map", vocabulary, width);
    else
        matrix(model.embedding, "embedding", vocabulary, width);
    linear(narrow, "embedding_projection", hidden_, any, false);
    if (!model.positionEmbedding.empty())
        matrix(model.positionEmbedding, "position_embedding", any, hidden_);
    if (!model.tokenTypeEmbedding.empty())
        matrix(model.tokenTypeEmbedding, "token_type_embedding", model.config.tokenTypes, hidden_);
    norm(model.embeddingNorm, "embedding_norm", hidden_);
    norm(model.finalNorm, "final_norm", hidden_);
    linear(model.outputProjection, "output_projection", any, hidden_, false);
    const int64_t beforeHead =
        model.outputProjection ? model.outputProjection.weight->outputs() : hidden_;
    const bool tied = model.config.tiedEmbeddings;
    linear(model.output, "output", vocabulary, beforeHead, model.config.languageHead && !tied);
    require(model.output || !tied || width == beforeHead, "embedding",
            "does not fit the output head that it is tied to");
    linear(model.pooler, "pooler", hidden_, hidden_, false);
    require(model.blocks.size() == model.config.blocks.size(), "blocks", "are not all there");
    for (size_t i = 0; i < model.blocks.size(); ++i) {
        at_ = fmt::format("blocks.{}.", i);
        block(*model.blocks[i]);
    }
}

} // namespace

void requireConsistentModel(const Model& model, const std::string& where)
{
    Checker(model, where).model(model);
}

} // namespace paretoscope
