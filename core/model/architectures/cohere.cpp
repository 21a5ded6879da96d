// Command R (Cohere 2024).
#include "core/base/json.h"
#include "core/model/architectures/cohere_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readCohereConfig(config, where);
    if (!optionalBool(config, "use_qk_norm", false, where)) return result;
    for (BlockConfig& block : result.blocks) block.qkNorm = BlockConfig::QkNorm::OwnPerHead;
    return result;
}

} // namespace

const Architecture& cohere()
{
    static const Architecture row{"cohere", {"CohereForCausalLM"}, {"cohere"}, configure,
                                  families::readCohereModel};
    return row;
}

} // namespace paretoscope::architectures
