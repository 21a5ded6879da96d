// The tokenizer of models that learn the synthetic world: a word a token, everything else in bytes.
#pragma once

#include "core/base/json.h"

namespace paretoscope {

// tokenizer.json and tokenizer_config.json as Hugging Face writes them: byte-level BPE without
// merges, in which whole words are looked up first. The vocabulary has exactly `worldVocabulary`
// entries; the last ones are spare.
Json worldTokenizerJson();
Json worldTokenizerConfig(int64_t contextLength);
inline constexpr int64_t worldVocabulary = 1024;

} // namespace paretoscope
