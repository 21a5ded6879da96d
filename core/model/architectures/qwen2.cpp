// Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv:2407.10671): Llama's block with biased query, key and
// value projections, and sliding windows in its upper layers when asked for.
#include "core/model/architectures/llama_block.h"
#include "core/model/architectures/qwen_windows.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 32768;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    families::readQwenWindows(config, families::QwenWindows::UpperLayers, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::LlamaStyle style = families::readLlamaStyle(config, weights.describe());
    style.query = families::Bias::Required;
    style.output = style.feedForward = families::Bias::Never;
    families::readLlamaStyleModel(weights, style, model);
}

} // namespace

const Architecture& qwen2()
{
    static const Architecture row{"qwen2", {"Qwen2ForCausalLM"}, {"qwen2"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
