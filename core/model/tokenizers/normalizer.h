// Normalizers: text to the text that the vocabulary was made for.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/tokenizers/encode_context.h"

#include <memory>
#include <string>
#include <string_view>

namespace paretoscope::tokenizers {

// Immutable; thread-safe. `text` is valid UTF-8, and so is the result. Throws Error(BadFile) when
// a replacement would make the text unreasonably long.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    virtual std::string apply(std::string_view text, const EncodeContext& context) const = 0;
};

using NormalizerPtr = std::shared_ptr<const Normalizer>;

// Reads the "normalizer" of a tokenizer.json; null for JSON null. Throws Error(BadFile or
// Unsupported) naming `where`.
NormalizerPtr normalizerFromJson(const Json& json, const std::string& where);

} // namespace paretoscope::tokenizers
