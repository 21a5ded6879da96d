// Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv:2407.10671): Llama's block with biased query, key and
// value projections, and sliding windows in its upper layers when asked for.
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readLlamaStyleConfig(config, where);
    if (!optionalBool(config, "use_sliding_window", false, where)) return result;
    const int64_t window = optionalInteger(config, "sliding_window", 1, int64_t{1} << 31, 0, where);
    const int64_t firstWindowed = optionalInteger(config, "max_window_layers", 0, 4096, 28, where);
    for (size_t i = 0; i < result.blocks.size(); ++i)
        if (int64_t(i) >= firstWindowed) result.blocks[i].window = window;
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::LlamaBlockBiases biases;
    biases.query = families::Bias::Required;
    families::readLlamaStyleModel(config, weights, biases, model);
}

} // namespace

const Architecture& qwen2()
{
    static const Architecture row{"qwen2", {"Qwen2ForCausalLM"}, {"qwen2"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
