// The pre-tokenizers that tokenizer files use. See pre_tokenizer.h.
#pragma once

#include "core/model/tokenizers/pre_tokenizer.h"
#include "core/model/tokenizers/regex.h"

#include <optional>
#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

// GPT-2's words: contractions, letters, numbers, other marks, each with an optional space before,
// and white space.
extern const char* const gpt2Pattern;

// Optional leading space, optional cut into GPT-2's words, then bytes in their spelling.
class ByteLevelPreTokenizer : public PreTokenizer {
public:
    ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex);
    void apply(Pieces& pieces, const EncodeContext& context) const override;
    bool spellsBytes() const override { return true; }

private:
    bool addPrefixSpace_;
    std::optional<Regex> words_;
};

class SplitPreTokenizer : public PreTokenizer {
public:
    SplitPreTokenizer(Regex pattern, SplitBehavior behavior, bool invert)
        : pattern_(std::move(pattern))
        , behavior_(behavior)
        , invert_(invert)
    {
    }
    void apply(Pieces& pieces, const EncodeContext& context) const override;

private:
    Regex pattern_;
    SplitBehavior behavior_;
    bool invert_;
};

// Cuts at the characters of a class: white space, digits, punctuation.
class ClassPreTokenizer : public PreTokenizer {
public:
    ClassPreTokenizer(bool (*contains)(char32_t), SplitBehavior behavior)
        : contains_(contains)
        , behavior_(behavior)
    {
    }
    void apply(Pieces& pieces, const EncodeContext& context) const override;

private:
    bool (*contains_)(char32_t);
    SplitBehavior behavior_;
};

class PreTokenizerSequence : public PreTokenizer {
public:
    explicit PreTokenizerSequence(std::vector<PreTokenizerPtr> steps)
        : steps_(std::move(steps))
    {
    }
    void apply(Pieces& pieces, const EncodeContext& context) const override;
    bool spellsBytes() const override;

private:
    std::vector<PreTokenizerPtr> steps_;
};

} // namespace paretoscope::tokenizers
