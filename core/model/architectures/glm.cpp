// GLM-4-9B (Team GLM 2024, arXiv:2406.12793) as converted for Transformers.
#include "core/model/architectures/glm_block.h"

namespace paretoscope::architectures {

namespace {

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readGlmModel(config, weights, false, model);
}

} // namespace

const Architecture& glm()
{
    static const Architecture row{"glm", {"GlmForCausalLM"}, {"glm"}, families::readGlmConfig, load};
    return row;
}

} // namespace paretoscope::architectures
