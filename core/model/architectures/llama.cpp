// Llama 1 to 3 (Touvron et al. 2023, arXiv:2302.13971; Grattafiori et al. 2024, arXiv:2407.21783):
// RMSNorm, rotary positions, grouped queries, gated SiLU.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    return families::readLlamaStyleConfig(config, where);
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readLlamaStyleModel(weights, families::readLlamaStyle(config, weights.describe()), model);
}

} // namespace

const Architecture& llama()
{
    static const Architecture row{"llama", {"LlamaForCausalLM"}, {"llama"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
