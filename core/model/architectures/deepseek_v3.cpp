// DeepSeek-V3 and R1 (DeepSeek-AI 2024, arXiv:2412.19437): V2's attention, sigmoid routing with a
// bias that only chooses.
#include "core/base/json.h"
#include "core/model/architectures/deepseek_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readDeepseekConfig(config, where);
    families::refuseUnless(config, "scoring_func", "sigmoid", where);
    families::refuseUnless(config, "topk_method", "noaux_tc", where);
    for (BlockConfig& block : result.blocks) {
        if (block.moe.experts == 0) continue;
        families::readExpertGroups(config, block.moe, where);
        block.moe.scoring = MoeConfig::Scoring::Sigmoid;
        block.moe.groupScoreIsTopTwo = true;
        block.moe.renormalize = optionalBool(config, "norm_topk_prob", true, where);
    }
    return result;
}

} // namespace

const Architecture& deepseekV3()
{
    static const Architecture row{
        "deepseek_v3", {"DeepseekV3ForCausalLM"}, {"deepseek_v3"}, configure, families::readDeepseekModel};
    return row;
}

} // namespace paretoscope::architectures
