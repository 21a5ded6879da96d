// GLM-4-0414 (Z.ai 2025): GLM-4 with norms after attention and feed-forward too.
#include "core/model/architectures/glm_block.h"

namespace paretoscope::architectures {

namespace {

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readGlmModel(config, weights, true, model);
}

} // namespace

const Architecture& glm4()
{
    static const Architecture row{"glm4", {"Glm4ForCausalLM"}, {"glm4"}, families::readGlmConfig, load};
    return row;
}

} // namespace paretoscope::architectures
