#include "core/model/tokenizers/encode_call.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace paretoscope::tokenizers {

namespace {

constexpr size_t maxCachedWordBytes = 128;
constexpr size_t maxCachedWords = 200'000;

} // namespace

EncodeCall::EncodeCall(const PipelineTokenizer& tokenizer, std::string_view text, bool parseSpecial)
    : tokenizer_(tokenizer)
    , text_(text)
    , parseSpecial_(parseSpecial)
    , encoder_(tokenizer.parts_.model->encoder())
{
    context_.source = tokenizer.parts_.source;
    context_.maxBytes = EncodeContext::limitFor(text.size());
}

std::vector<int32_t> EncodeCall::run()
{
    for (const TokenSpan& span : tokenizer_.added_.split(text_, false, parseSpecial_)) {
        if (span.token >= 0)
            ids_.push_back(span.token);
        else
            encodeStretch(span.begin, span.end);
    }
    return std::move(ids_);
}

// Bytes that are not UTF-8 become single tokens; what lies between them goes the usual way.
void EncodeCall::encodeStretch(size_t begin, size_t end)
{
    context_.continuesText = false;
    while (begin < end) {
        const std::string_view rest = text_.substr(begin, end - begin);
        const size_t valid = firstInvalidUtf8(rest).value_or(rest.size());
        context_.startsText = begin == 0;
        if (valid > 0) encodeValid(rest.substr(0, valid));
        begin += valid;
        if (begin == end) break;
        encodeByte(begin++);
        context_.continuesText = true;
    }
}

void EncodeCall::encodeByte(size_t position)
{
    const auto byte = uint8_t(text_[position]);
    const int32_t token = tokenizer_.byteTokens_[byte];
    if (token < 0)
        fail(ErrorCode::BadFile,
             "the text is not UTF-8: its byte {} is 0x{:02X}, which has no token in {}", position,
             byte, context_.source);
    ids_.push_back(token);
}

void EncodeCall::encodeValid(std::string_view text)
{
    const auto& normalizer = tokenizer_.parts_.normalizer;
    std::string normalized = normalizer ? normalizer->apply(text, context_) : std::string(text);
    const bool startsText = context_.startsText;
    for (const TokenSpan& span : tokenizer_.added_.split(normalized, true, parseSpecial_)) {
        context_.startsText = startsText && span.begin == 0;
        if (span.token >= 0)
            ids_.push_back(span.token);
        else
            encodeWords(normalized.substr(span.begin, span.end - span.begin));
    }
}

void EncodeCall::encodeWords(std::string text)
{
    if (text.empty()) return;
    Pieces pieces;
    pieces.list.push_back({0, text.size(), context_.startsText});
    pieces.text = std::move(text);
    if (tokenizer_.parts_.preTokenizer) tokenizer_.parts_.preTokenizer->apply(pieces, context_);
    for (const Piece& piece : pieces.list)
        encodeWord(pieces[piece]);
}

void EncodeCall::encodeWord(std::string_view word)
{
    if (const auto known = cache_.find(word); known != cache_.end()) {
        const auto begin = cachedIds_.begin() + ptrdiff_t(known->second.begin);
        ids_.insert(ids_.end(), begin, begin + ptrdiff_t(known->second.count));
        return;
    }
    const size_t before = ids_.size();
    encoder_->encode(word, ids_);
    if (word.size() > maxCachedWordBytes || cache_.size() >= maxCachedWords) return;
    const CachedWord entry{cachedIds_.size(), ids_.size() - before};
    cachedIds_.insert(cachedIds_.end(), ids_.begin() + ptrdiff_t(before), ids_.end());
    cache_.emplace(cachedWords_.emplace_back(word), entry);
}

} // namespace paretoscope::tokenizers
