#include "core/model/architectures/bert_block.h"

#include "core/base/json.h"
#include "core/model/architectures/plain_config.h"

#include <fmt/format.h>

namespace paretoscope::families {

ModelConfig readBertConfig(const Json& config, const std::string& where)
{
    refuseUnless(config, "position_embedding_type", "absolute", where);
    refuseUnless(config, "is_decoder", false, where);
    refuseUnless(config, "add_cross_attention", false, where);
    PlainFields fields;
    fields.contextLength = 512;
    ModelConfig result = readPlainConfig(config, where, fields);
    result.causal = false;
    result.languageHead = false;
    result.tokenTypes = optionalInteger(config, "type_vocab_size", 1, 1 << 16, 2, where);
    for (BlockConfig& block : result.blocks) {
        block.positions = PositionKind::Learned;
        block.normAfterAdd = true;
        block.activation = readActivation(config, "hidden_act", "gelu", where);
    }
    return result;
}

void readBertModel(const Json& config, const WeightSource& weights, const std::string& headPrefix, Model& model)
{
    const std::string start = weights.has("embeddings.word_embeddings.weight") ? "" : headPrefix;
    const NormStyle norm{NormKind::Layer, readEpsilon(config, "layer_norm_eps", 1e-12, weights.describe())};
    const int64_t hidden = model.config.hidden;
    const std::string embeddings = start + "embeddings.";
    readEmbedding(weights, embeddings + "word_embeddings", hidden, model);
    model.positionEmbedding = weights.tensor(embeddings + "position_embeddings.weight", {-1, hidden});
    model.tokenTypeEmbedding =
        weights.tensor(embeddings + "token_type_embeddings.weight", {model.config.tokenTypes, hidden});
    model.embeddingNorm = readNorm(weights, embeddings + "LayerNorm", norm, hidden);
    readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("{}encoder.layer.{}.", start, i);
        const auto linear = [&](const char* name, int64_t outputs, int64_t inputs) {
            return readLinear(weights, prefix + name, outputs, inputs, Bias::Required);
        };
        const int64_t inner = block.config.feedForward;
        block.attention.query = linear("attention.self.query", hidden, hidden);
        block.attention.key = linear("attention.self.key", hidden, hidden);
        block.attention.value = linear("attention.self.value", hidden, hidden);
        block.attention.output = linear("attention.output.dense", hidden, hidden);
        block.attentionNorm = readNorm(weights, prefix + "attention.output.LayerNorm", norm, hidden);
        block.feedForward.up = linear("intermediate.dense", inner, hidden);
        block.feedForward.down = linear("output.dense", hidden, inner);
        block.feedForwardNorm = readNorm(weights, prefix + "output.LayerNorm", norm, hidden);
    });
    if (weights.has(start + "pooler.dense.weight"))
        model.pooler = readLinear(weights, start + "pooler.dense", hidden, hidden, Bias::Required);
}

} // namespace paretoscope::families
