// OLMo 2 (OLMo Team 2025, arXiv:2501.00656).
#include "core/model/architectures/olmo2_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readLlamaStyleConfig(config, where);
    for (BlockConfig& block : result.blocks) block.qkNorm = BlockConfig::QkNorm::FullWidth;
    return result;
}

} // namespace

const Architecture& olmo2()
{
    static const Architecture row{"olmo2", {"Olmo2ForCausalLM"}, {"olmo2"}, configure,
                                  families::readOlmo2Model};
    return row;
}

} // namespace paretoscope::architectures
