// Pre-tokenizers: normalized text to the words that the model encodes one by one.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/tokenizers/pieces.h"

#include <memory>
#include <string>

namespace paretoscope::tokenizers {

// Immutable; thread-safe. Cuts and rewrites the pieces in place.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    virtual void apply(Pieces& pieces, const EncodeContext& context) const = 0;
    // True when words are spelled in the byte alphabet afterwards.
    virtual bool spellsBytes() const { return false; }
};

using PreTokenizerPtr = std::shared_ptr<const PreTokenizer>;

// Reads the "pre_tokenizer" of a tokenizer.json; null for JSON null. Throws Error(BadFile or
// Unsupported) naming `where`.
PreTokenizerPtr preTokenizerFromJson(const Json& json, const std::string& where);

} // namespace paretoscope::tokenizers
