#include "core/model/tokenizers/normalizers.h"

#include "core/model/tokenizers/byte_alphabet.h"

namespace paretoscope::tokenizers {

std::string FormNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    std::string result = normalForm(text, form_);
    context.checkGrowth(result.size());
    return result;
}

std::string LowercaseNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    std::string result = lowerCase(text);
    context.checkGrowth(result.size());
    return result;
}

std::string StripNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    size_t begin = 0;
    size_t end = text.size();
    while (left_ && !context.continuesText && begin < end) {
        size_t next = begin;
        if (!isWhitespace(nextCharacter(text, next))) break;
        begin = next;
    }
    while (right_ && end > begin) {
        const char32_t last = lastCharacter(text.substr(begin, end - begin));
        if (!isWhitespace(last)) break;
        end -= last < 0x80 ? 1 : last < 0x800 ? 2 : 3;
    }
    return std::string(text.substr(begin, end - begin));
}

std::string StripAccentsNormalizer::apply(std::string_view text, const EncodeContext&) const
{
    std::string result;
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        if (!isNonspacingMark(nextCharacter(text, i))) result += text.substr(begin, i - begin);
    }
    return result;
}

std::string PrependNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    if (text.empty() || context.continuesText) return std::string(text);
    context.checkGrowth(prefix_.size() + text.size());
    return prefix_ + std::string(text);
}

std::string ReplaceNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    std::vector<Match> matches;
    Regex::Matcher(pattern_).findAll(text, matches);
    std::string result;
    size_t done = 0;
    for (const Match& match : matches) {
        context.checkGrowth(result.size() + (match.begin - done) + content_.size());
        result += text.substr(done, match.begin - done);
        result += content_;
        done = match.end;
    }
    context.checkGrowth(result.size() + (text.size() - done));
    result += text.substr(done);
    return result;
}

std::string ByteLevelNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    context.checkGrowth(text.size() * 2);
    std::string result;
    appendSpelling(result, text);
    return result;
}

std::string NormalizerSequence::apply(std::string_view text, const EncodeContext& context) const
{
    std::string result(text);
    for (const NormalizerPtr& step : steps_)
        result = step->apply(result, context);
    return result;
}

} // namespace paretoscope::tokenizers
