// A tokenizer from the tables of a GGUF file.
#pragma once

#include "core/model/tokenizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope::tokenizers {

// The metadata "tokenizer.*" of a GGUF file, as the file gives it.
struct GgufVocabulary {
    std::string source;       // the file, for errors
    std::string model;        // tokenizer.ggml.model: "llama", "gpt2", "bert", "t5"
    std::string preTokenizer; // tokenizer.ggml.pre
    std::vector<std::string> tokens;
    std::vector<float> scores;       // empty, or one a token
    std::vector<int32_t> tokenTypes; // empty, or one a token: 1 normal ... 6 byte
    std::vector<std::string> merges;
    // Ids below 0 or outside the vocabulary count as absent.
    std::optional<int64_t> begin, end, unknown, separator, classification;
    std::optional<bool> addBegin, addEnd, addSpacePrefix, removeExtraWhitespace;
    std::string charsmap; // tokenizer.ggml.precompiled_charsmap
    std::string chatTemplate;
};

// Throws Error(BadFile) for tables that contradict each other, Error(Unsupported) for a model or
// pre-tokenizer that is not known; both name `source` and the field.
std::shared_ptr<const Tokenizer> makeGgufTokenizer(GgufVocabulary vocabulary);

} // namespace paretoscope::tokenizers
