// Command R7B and Command A (Cohere 2025, arXiv:2504.00698): three of four layers slide and rotate,
// the others see everything and know no positions.
#include "core/base/json.h"
#include "core/model/architectures/cohere_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readCohereConfig(config, where);
    families::refuseUnless(config, "use_qk_norm", false, where);
    const int64_t pattern = optionalInteger(
        config, families::presentField(config, {"sliding_window_pattern", "_sliding_window_pattern"}), 1, 4096,
        4, where);
    const int64_t window = optionalInteger(config, "sliding_window", 1, int64_t{1} << 40, 4096, where);
    families::setWindows(
        config, window, [&](size_t i) { return (int64_t(i) + 1) % pattern != 0; }, result, where);
    for (BlockConfig& block : result.blocks)
        if (block.window == 0) block.positions = PositionKind::None;
    return result;
}

} // namespace

const Architecture& cohere2()
{
    static const Architecture row{"cohere2", {"Cohere2ForCausalLM"}, {"cohere2"}, configure,
                                  families::readCohereModel};
    return row;
}

} // namespace paretoscope::architectures
