// Granite 3 (IBM 2024): Llama's block with multipliers on embedding, attention logits, residuals and
// output logits.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architectures/llama_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readLlamaStyleConfig(config, where);
    const auto multiplier = [&](const char* field) {
        const double value = optionalNumber(config, field, 1, where);
        if (!(value > 0)) fail(ErrorCode::BadFile, "{}: '{}' must be positive", where, field);
        return value;
    };
    result.embeddingScale = multiplier("embedding_multiplier");
    result.logitScale = 1 / multiplier("logits_scaling");
    for (BlockConfig& block : result.blocks) {
        block.attentionScale = multiplier("attention_multiplier");
        block.residualScale = multiplier("residual_multiplier");
    }
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readLlamaStyleModel(weights, families::readLlamaStyle(config, weights.describe()), model);
}

} // namespace

const Architecture& granite()
{
    static const Architecture row{"granite", {"GraniteForCausalLM"}, {"granite"}, configure, load};
    return row;
}

} // namespace paretoscope::architectures
