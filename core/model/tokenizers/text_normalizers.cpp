#include "core/model/tokenizers/text_normalizers.h"

#include "core/model/tokenizers/unicode.h"

#include <utf8proc.h>

namespace paretoscope::tokenizers {

namespace {

bool isChinese(char32_t c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
           (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
           (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b820 && c <= 0x2ceaf) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

std::string withoutAccents(std::string_view text)
{
    const std::string decomposed = normalForm(text, NormalForm::Nfd);
    std::string result;
    for (size_t i = 0; i < decomposed.size();) {
        const size_t begin = i;
        if (!isNonspacingMark(nextCharacter(decomposed, i)))
            result.append(decomposed, begin, i - begin);
    }
    return result;
}

// Controls that SentencePiece's rules for translation models remove, and blanks that they know.
bool isNmtControl(char32_t c)
{
    return (c >= 0x01 && c <= 0x08) || c == 0x0b || (c >= 0x0e && c <= 0x1f) || c == 0x7f ||
           c == 0x8f || c == 0x9f;
}

bool isNmtBlank(char32_t c)
{
    return c == 0x09 || c == 0x0a || c == 0x0c || c == 0x0d || c == 0x1680 ||
           (c >= 0x200b && c <= 0x200f) || c == 0x2028 || c == 0x2029 || c == 0x2581 ||
           c == 0xfeff || c == 0xfffd;
}

// End of the grapheme that begins at `begin`.
size_t graphemeEnd(std::string_view text, size_t begin)
{
    size_t end = begin;
    char32_t previous = nextCharacter(text, end);
    utf8proc_int32_t state = 0;
    while (end < text.size()) {
        size_t next = end;
        const char32_t character = nextCharacter(text, next);
        if (utf8proc_grapheme_break_stateful(utf8proc_int32_t(previous),
                                             utf8proc_int32_t(character), &state))
            break;
        previous = character;
        end = next;
    }
    return end;
}

} // namespace

std::string BertNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    std::string result;
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        const char32_t c = nextCharacter(text, i);
        if (settings_.cleanText && (c == 0 || c == 0xfffd || isControl(c))) continue;
        if (settings_.cleanText && isWhitespace(c))
            result += ' ';
        else if (settings_.spaceChinese && isChinese(c))
            result.append(" ").append(text.substr(begin, i - begin)).append(" ");
        else
            result += text.substr(begin, i - begin);
    }
    if (settings_.stripAccents) result = withoutAccents(result);
    if (settings_.lowercase) result = lowerCase(result);
    context.checkGrowth(result.size());
    return result;
}

std::string NmtNormalizer::apply(std::string_view text, const EncodeContext&) const
{
    std::string result;
    for (size_t i = 0; i < text.size();) {
        const size_t begin = i;
        const char32_t c = nextCharacter(text, i);
        if (isNmtControl(c)) continue;
        if (isNmtBlank(c))
            result += ' ';
        else
            result += text.substr(begin, i - begin);
    }
    return result;
}

bool PrecompiledNormalizer::appendMapped(std::string& out, std::string_view chunk) const
{
    const auto found = map_.shortest(chunk);
    if (found) out += found->replacement;
    return found.has_value();
}

std::string PrecompiledNormalizer::apply(std::string_view text, const EncodeContext& context) const
{
    constexpr size_t longestGrapheme = 5; // bytes; longer ones go character by character
    std::string result;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = graphemeEnd(text, begin);
        context.checkGrowth(result.size());
        const std::string_view grapheme = text.substr(begin, end - begin);
        if (grapheme.size() > longestGrapheme || !appendMapped(result, grapheme)) {
            for (size_t i = begin; i < end;) {
                const size_t character = i;
                nextCharacter(text, i);
                const std::string_view part = text.substr(character, i - character);
                if (!appendMapped(result, part)) result += part;
                context.checkGrowth(result.size());
            }
        }
        begin = end;
    }
    return result;
}

std::string SentencePieceNormalizer::mapped(std::string_view text,
                                            const EncodeContext& context) const
{
    if (map_.empty()) return std::string(text);
    std::string result;
    for (size_t i = 0; i < text.size();) {
        context.checkGrowth(result.size());
        if (const auto found = map_.longest(text.substr(i))) {
            // A key that ends inside a character is no key of this text.
            const size_t next = i + found->length;
            if (next == text.size() || (uint8_t(text[next]) & 0xc0) != 0x80) {
                result += found->replacement;
                i = next;
                continue;
            }
        }
        const size_t begin = i;
        nextCharacter(text, i);
        result += text.substr(begin, i - begin);
    }
    return result;
}

std::string SentencePieceNormalizer::apply(std::string_view text,
                                           const EncodeContext& context) const
{
    const std::string source = mapped(text, context);
    const std::string_view space = settings_.markSpaces ? spaceMark : std::string_view(" ");
    std::string result;
    result.reserve(source.size() + source.size() / 2 + 8);
    bool pendingSpace = false;
    for (size_t i = 0; i < source.size(); ++i) {
        if (source[i] != ' ') {
            if (pendingSpace) result += space;
            pendingSpace = false;
            result += source[i];
        } else if (settings_.collapseSpaces) {
            pendingSpace = !result.empty() || context.continuesText;
        } else {
            result += space;
        }
    }
    const bool prefix = settings_.addPrefix && !context.continuesText && !result.empty() &&
                        (context.startsText || settings_.prefixAfterTokens);
    if (prefix) result.insert(0, space);
    context.checkGrowth(result.size());
    return result;
}

} // namespace paretoscope::tokenizers
