// Gemma 2 (Gemma Team 2024, arXiv:2408.00118): norms around each part, every other layer sliding,
// soft caps on attention logits and output logits.
#include "core/base/json.h"
#include "core/model/architectures/gemma_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readGemmaConfig(config, where, 8192, {});
    families::refuseUnless(config, "use_bidirectional_attention", false, where);
    families::readGemmaAttention(config, 50, 30, result, where);
    const int64_t window = optionalInteger(config, "sliding_window", 0, int64_t{1} << 40, 4096, where);
    families::setWindows(
        config, window, [](size_t i) { return i % 2 == 0; }, result, where);
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readGemmaSandwich(weights, families::readGemmaStyle(config, weights.describe()), model);
}

} // namespace

const Architecture& gemma2()
{
    static const Architecture row{"gemma2", {"Gemma2ForCausalLM"}, {"gemma2"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
