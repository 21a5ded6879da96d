// Mistral 7B (Jiang et al. 2023, arXiv:2310.06825): Llama's block; all layers may slide.
#include "core/model/architectures/llama_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    families::ConfigDefaults defaults;
    defaults.contextLength = 131072;
    ModelConfig result = families::readLlamaStyleConfig(config, where, defaults);
    families::setWindows(
        config, families::readWindow(config, where), [](size_t) { return true; }, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readLlamaStyleModel(weights, families::readLlamaStyle(config, weights.describe()), model);
}

} // namespace

const Architecture& mistral()
{
    static const Architecture row{"mistral", {"MistralForCausalLM"}, {"mistral"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
