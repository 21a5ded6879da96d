// Decoders: the spellings of tokens back to text.
#pragma once

#include "core/base/json_forward.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope::tokenizers {

struct DecodedToken {
    std::string text; // any bytes
    bool added;       // an added token: spelled as the text it stands for
};

// Immutable; thread-safe. Rewrites the tokens in place; their texts joined are the answer. Throws
// Error(BadFile) when a replacement would make the text unreasonably long.
class Decoder {
public:
    virtual ~Decoder() = default;
    virtual void apply(std::vector<DecodedToken>& tokens) const = 0;
};

using DecoderPtr = std::shared_ptr<const Decoder>;

// Reads the "decoder" of a tokenizer.json; null for JSON null. Throws Error(BadFile or
// Unsupported) naming `where`.
DecoderPtr decoderFromJson(const Json& json, const std::string& where);

} // namespace paretoscope::tokenizers
