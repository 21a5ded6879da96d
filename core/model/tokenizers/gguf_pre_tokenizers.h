// The pre-tokenizers that GGUF files name.
//
// The names are those of llama.cpp; each stands for the patterns of the tokenizer.json of the
// model family that it is named after.
#pragma once

#include "core/model/tokenizers/pre_tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

struct GgufPreTokenizer {
    std::vector<std::string_view> names;
    std::vector<std::string_view> patterns; // applied one after the other
    bool ignoreMerges = false;
    bool addsBegin = false;   // where the file does not say
    bool marksSpaces = false; // spaces become U+2581 and words stay as they are, not bytes
};

// Throws Error(Unsupported), naming `source`, for a name that is not known. An empty name is the
// old default.
const GgufPreTokenizer& ggufPreTokenizer(const std::string& name, const std::string& source);

// The name under which these patterns, one applied after the other, are known; empty when none is.
std::string ggufPreTokenizerName(const std::vector<std::string>& patterns, bool ignoreMerges);

// Cuts by the patterns; spells bytes unless spaces are marked.
PreTokenizerPtr makePreTokenizer(const GgufPreTokenizer& description);

} // namespace paretoscope::tokenizers
