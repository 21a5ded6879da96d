// Gemma (Gemma Team 2024, arXiv:2403.08295): Llama's block, gated tanh GELU, scaled embedding.
#include "core/model/architectures/gemma_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    return families::readGemmaConfig(config, where, 8192, {});
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readLlamaStyleModel(weights, families::readGemmaStyle(config, weights.describe()), model);
}

} // namespace

const Architecture& gemma()
{
    static const Architecture row{"gemma", {"GemmaForCausalLM"}, {"gemma"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
