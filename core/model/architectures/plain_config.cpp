#include "core/model/architectures/plain_config.h"

#include "core/base/json.h"

namespace paretoscope::families {

ModelConfig readPlainConfig(const Json& config, const std::string& where, const PlainFields& fields)
{
    const auto required = [&](const FieldNames& names, int64_t most) {
        return requireInteger(config, presentField(config, names), 1, most, where);
    };
    ModelConfig result;
    result.hidden = required(fields.hidden, 1 << 20);
    result.vocabulary = requireInteger(config, "vocab_size", 1, 1 << 26, where);
    result.contextLength = optionalInteger(config, presentField(config, fields.context), 1, int64_t{1} << 31,
                                           fields.contextLength, where);
    result.tiedEmbeddings = optionalBool(config, "tie_word_embeddings", fields.tied, where);
    BlockConfig block;
    block.heads = block.kvHeads = required(fields.heads, 1 << 14);
    block.headDim = block.valueDim = headDimOf(result.hidden, block.heads, where);
    block.feedForward = optionalInteger(config, presentField(config, fields.feedForward), 1, 1 << 20,
                                        4 * result.hidden, where);
    block.positions = PositionKind::None;
    block.gated = false;
    block.activation = Activation::Gelu;
    result.blocks.assign(size_t(required(fields.layers, 4096)), block);
    return result;
}

} // namespace paretoscope::families
