// Packed groups as GGML blocks, without rounding the codes anew.
#pragma once

#include "core/model/formats/export/packed_words.h"
#include "core/tensor/block_format.h"

#include <optional>

namespace paretoscope {

struct BlockChoice {
    const BlockFormat* format = nullptr;
    bool roundsOffsets = false; // scale times zero point becomes a 16-bit float
};

// The smallest block type that holds these codes: symmetric codes, and asymmetric ones whose
// distance from the zero point fits, exactly; else the types with an offset. Nothing when none does,
// when groups are no multiple of a block, or when the columns come in another order.
std::optional<BlockChoice> blockFor(const PlainCodes& codes);

// U8 [rows, bytes of a row].
Tensor toBlocks(const PlainCodes& codes, const BlockFormat& format);

} // namespace paretoscope
