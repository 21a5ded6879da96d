#include "core/model/tokenizers/decoders.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/tokenizers/bpe_model.h"
#include "core/model/tokenizers/byte_alphabet.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace paretoscope::tokenizers {

namespace {

// Words that stand right behind the word before them.
constexpr std::array<std::string_view, 10> tight{" .",   " ?",  " !",  " ,",   " '",
                                                 " n't", " 'm", " 's", " 've", " 're"};

} // namespace

void ByteLevelDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    std::string bytes;
    for (DecodedToken& token : tokens) {
        bytes.clear();
        if (!token.added && appendSpelledBytes(bytes, token.text)) token.text = bytes;
    }
}

void ByteFallbackDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    for (DecodedToken& token : tokens)
        if (const auto byte = byteOfFallbackPiece(token.text)) token.text.assign(1, char(*byte));
}

void ReplaceDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    Regex::Matcher matcher(pattern_);
    std::vector<Match> matches;
    std::string result;
    size_t before = 0;
    size_t after = 0;
    for (DecodedToken& token : tokens) {
        before += token.text.size();
        if (firstInvalidUtf8(token.text)) continue; // bytes are no spelling to replace in
        matches.clear();
        matcher.findAll(token.text, matches);
        if (matches.empty()) continue;
        result.clear();
        size_t done = 0;
        for (const Match& match : matches) {
            result.append(token.text, done, match.begin - done).append(content_);
            done = match.end;
            if (after + result.size() > before * 64 + (size_t{1} << 20))
                fail(ErrorCode::BadFile, "{}: decoding makes this text unreasonably long", where_);
        }
        result.append(token.text, done);
        after += result.size();
        token.text = result;
    }
}

void FuseDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    std::string text;
    for (const DecodedToken& token : tokens)
        text += token.text;
    tokens.assign(1, {std::move(text), false});
}

void StripDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    if (content_.empty()) return;
    for (DecodedToken& token : tokens) {
        size_t begin = 0;
        size_t end = token.text.size();
        const auto at = [&](size_t position) {
            return token.text.compare(position, content_.size(), content_) == 0;
        };
        for (size_t n = 0; n < left_ && end - begin >= content_.size() && at(begin); ++n)
            begin += content_.size();
        for (size_t n = 0;
             n < right_ && end - begin >= content_.size() && at(end - content_.size()); ++n)
            end -= content_.size();
        token.text = token.text.substr(begin, end - begin);
    }
}

void SuffixDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    for (size_t i = 0; i < tokens.size(); ++i) {
        std::string& text = tokens[i].text;
        if (suffix_.empty() || !text.ends_with(suffix_)) continue;
        text.resize(text.size() - suffix_.size());
        if (i + 1 < tokens.size()) text += ' ';
    }
}

void WordPieceDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    for (size_t i = 0; i < tokens.size(); ++i) {
        std::string& text = tokens[i].text;
        if (i > 0 && !prefix_.empty() && text.starts_with(prefix_))
            text.erase(0, prefix_.size());
        else if (i > 0)
            text.insert(0, 1, ' ');
        if (cleanUp_ && std::find(tight.begin(), tight.end(), text) != tight.end())
            text.erase(0, 1);
    }
}

void DecoderSequence::apply(std::vector<DecodedToken>& tokens) const
{
    for (const DecoderPtr& step : steps_)
        step->apply(tokens);
}

} // namespace paretoscope::tokenizers
