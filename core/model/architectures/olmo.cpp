// OLMo (Groeneveld et al. 2024, arXiv:2402.00838): Llama's block with layer norms that have no
// weights, optional limit of queries, keys and values.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

#include <fmt/format.h>

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readLlamaStyleConfig(config, where);
    for (BlockConfig& block : result.blocks) block.clampQkv = optionalNumber(config, "clip_qkv", 0, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    const families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    const NormParameters norm{NormKind::Layer, 1e-5f, {}, {}};
    const int64_t hidden = model.config.hidden;
    const int64_t vocabulary = model.config.vocabulary;
    families::readEmbedding(weights, "model.embed_tokens", hidden, model);
    model.finalNorm = norm;
    if (!model.config.tiedEmbeddings)
        model.output = families::readLinear(weights, "lm_head", vocabulary, hidden, families::Bias::Never);
    families::readBlocks(model, [&](size_t i, Block& block) {
        const std::string prefix = fmt::format("model.layers.{}.", i);
        block.attentionNorm = block.feedForwardNorm = norm;
        block.attention = families::readLlamaAttention(weights, prefix, block.config, hidden, style);
        block.feedForward = families::readGatedFeedForward(
            weights, prefix + "mlp.", hidden, block.config.feedForward, families::Bias::Never);
    });
}

} // namespace

const Architecture& olmo()
{
    static const Architecture row{"olmo", {"OlmoForCausalLM"}, {"olmo"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
