// Models: one word to the ids of its tokens.
#pragma once

#include "core/model/tokenizers/vocabulary.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

// One thread's scratch space for encoding many words.
class WordEncoder {
public:
    virtual ~WordEncoder() = default;
    // Appends the ids of `word`, valid UTF-8 as the pre-tokenizer spelled it.
    virtual void encode(std::string_view word, std::vector<int32_t>& ids) = 0;
};

// Immutable; thread-safe. Outlives its encoders.
class TokenModel {
public:
    virtual ~TokenModel() = default;
    virtual const Vocabulary& vocabulary() const = 0;
    virtual std::unique_ptr<WordEncoder> encoder() const = 0;
    virtual std::string kind() const = 0; // "BPE", for people
    // False when a text may as well be cut before every mark of a space (see metaspace.h).
    virtual bool joinsAcrossWordStarts() const { return true; }
};

using TokenModelPtr = std::shared_ptr<const TokenModel>;

} // namespace paretoscope::tokenizers
