// A tokenizer put together from parts: added tokens, normalizer, pre-tokenizer, model,
// post-processor, decoder. Every supported file becomes one of these.
#pragma once

#include "core/model/tokenizer.h"
#include "core/model/tokenizers/added_tokens.h"
#include "core/model/tokenizers/decoder.h"
#include "core/model/tokenizers/normalizer.h"
#include "core/model/tokenizers/post_processor.h"
#include "core/model/tokenizers/pre_tokenizer.h"
#include "core/model/tokenizers/token_model.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope::tokenizers {

struct TokenizerParts {
    std::string source; // the file, for errors
    std::string kind;   // "byte-level BPE"
    TokenModelPtr model;
    std::vector<AddedToken> addedTokens;
    NormalizerPtr normalizer;     // may be null
    PreTokenizerPtr preTokenizer; // may be null
    PostProcessor postProcessor;
    DecoderPtr decoder; // null: tokens are joined with spaces
    std::optional<int32_t> beginToken, endToken;
    std::string chatTemplate;
};

// Lets the model see words instead of whole texts where that changes no ids.
void cutAtWordStarts(TokenizerParts& parts);

class PipelineTokenizer : public Tokenizer {
public:
    // Throws Error(BadFile) for parts that contradict each other.
    explicit PipelineTokenizer(TokenizerParts parts);

    std::vector<int32_t> encode(std::string_view text, bool addSpecial,
                                bool parseSpecial = true) const override;
    std::string decode(const std::vector<int32_t>& ids, bool skipSpecial = true) const override;

    int64_t vocabularySize() const override { return idLimit_; }
    std::string piece(int32_t id) const override;
    std::optional<int32_t> idOf(std::string_view piece) const override;
    bool isSpecial(int32_t id) const override;

    std::string kind() const override { return parts_.kind; }
    std::optional<int32_t> beginToken() const override { return parts_.beginToken; }
    std::optional<int32_t> endToken() const override { return parts_.endToken; }
    std::string chatTemplate() const override { return parts_.chatTemplate; }

private:
    friend class EncodeCall;
    void findByteTokens();
    void checkIds() const;

    TokenizerParts parts_;
    AddedTokens added_;
    int32_t idLimit_ = 0;
    std::array<int32_t, 256> byteTokens_; // -1 where the vocabulary has no token for a byte
};

} // namespace paretoscope::tokenizers
