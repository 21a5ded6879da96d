// DeepSeek-V2 and V2-Lite (DeepSeek-AI 2024, arXiv:2405.04434): latent attention, softmax routing,
// optionally limited to the best groups of experts.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architectures/deepseek_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readDeepseekConfig(config, where);
    families::refuseUnless(config, "scoring_func", "softmax", where);
    families::refuseUnless(config, "norm_topk_prob", false, where);
    const std::string method = optionalString(config, "topk_method", "greedy", where);
    if (method != "greedy" && method != "group_limited_greedy")
        fail(ErrorCode::Unsupported, "{}: routing by '{}' is not supported", where, method);
    if (method == "greedy") return result;
    for (BlockConfig& block : result.blocks)
        if (block.moe.experts > 0) families::readExpertGroups(config, block.moe, where);
    return result;
}

} // namespace

const Architecture& deepseekV2()
{
    static const Architecture row{
        "deepseek_v2", {"DeepseekV2ForCausalLM"}, {"deepseek_v2"}, configure, families::readDeepseekModel};
    return row;
}

} // namespace paretoscope::architectures
