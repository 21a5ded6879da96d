// OLMo 3 (OLMo Team 2025): OLMo 2's block; three of four layers slide, and only
// the full ones have their rotation scaled.
#include "core/base/json.h"
#include "core/model/architectures/olmo2_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readLlamaStyleConfig(config, where);
    const int64_t window = optionalInteger(config, "sliding_window", 1, int64_t{1} << 40, 4096, where);
    families::setWindows(
        config, window, [](size_t i) { return (i + 1) % 4 != 0; }, result, where);
    RopeConfig plain;
    plain.theta = result.ropes[0].theta;
    plain.dimensions = result.ropes[0].dimensions;
    plain.originalContext = result.contextLength;
    result.ropes.push_back(plain);
    for (BlockConfig& block : result.blocks) {
        block.qkNorm = BlockConfig::QkNorm::FullWidth;
        block.ropeIndex = block.window > 0 ? 1 : 0;
    }
    return result;
}

} // namespace

const Architecture& olmo3()
{
    static const Architecture row{"olmo3", {"Olmo3ForCausalLM"}, {"olmo3"}, configure,
                                  families::readOlmo2Model};
    return row;
}

} // namespace paretoscope::architectures
