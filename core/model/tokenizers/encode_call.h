// One call of PipelineTokenizer::encode: its buffers and its cache of words.
#pragma once

#include "core/model/tokenizers/pipeline_tokenizer.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace paretoscope::tokenizers {

class EncodeCall {
public:
    EncodeCall(const PipelineTokenizer& tokenizer, std::string_view text, bool parseSpecial);
    std::vector<int32_t> run();

private:
    struct CachedWord {
        size_t begin, count; // of cachedIds_
    };

    void encodeStretch(size_t begin, size_t end);
    void encodeValid(std::string_view text);
    void encodeWords(std::string text);
    void encodeWord(std::string_view word);
    void encodeByte(size_t position);

    const PipelineTokenizer& tokenizer_;
    std::string_view text_;
    bool parseSpecial_;
    EncodeContext context_;
    std::unique_ptr<WordEncoder> encoder_;
    std::vector<int32_t> ids_;
    std::unordered_map<std::string_view, CachedWord> cache_; // keys view cachedWords_
    std::deque<std::string> cachedWords_;
    std::vector<int32_t> cachedIds_;
};

} // namespace paretoscope::tokenizers
