#include "core/model/tokenizers/unicode.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace paretoscope::tokenizers {

namespace {

constexpr char32_t replacement = 0xfffd;

utf8proc_category_t category(char32_t character)
{
    return utf8proc_category(utf8proc_int32_t(character));
}

bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return uint8_t(c) < 0x80; });
}

bool isAsciiPunctuation(char32_t c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

} // namespace

char32_t nextCharacter(std::string_view text, size_t& position)
{
    const auto lead = uint8_t(text[position]);
    if (lead < 0x80) {
        ++position;
        return lead;
    }
    utf8proc_int32_t character = -1;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + position;
    const auto length = utf8proc_iterate(
        bytes, utf8proc_ssize_t(std::min<size_t>(4, text.size() - position)), &character);
    if (length <= 0 || character < 0) {
        ++position;
        return replacement;
    }
    position += size_t(length);
    return char32_t(character);
}

char32_t lastCharacter(std::string_view text)
{
    size_t begin = text.size() - 1;
    const size_t lowest = text.size() > 4 ? text.size() - 4 : 0;
    while (begin > lowest && (uint8_t(text[begin]) & 0xc0) == 0x80)
        --begin;
    size_t end = begin;
    const char32_t character = nextCharacter(text, end);
    return end == text.size() ? character : replacement;
}

void appendCharacter(std::string& out, char32_t character)
{
    utf8proc_uint8_t bytes[4];
    const auto length = utf8proc_encode_char(utf8proc_int32_t(character), bytes);
    out.append(reinterpret_cast<const char*>(bytes), size_t(length));
}

bool isWhitespace(char32_t c)
{
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13);
    return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool isNumeric(char32_t c)
{
    if (c < 0x80) return c >= '0' && c <= '9';
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL ||
           kind == UTF8PROC_CATEGORY_NO;
}

bool isPunctuation(char32_t c)
{
    if (c < 0x80) return isAsciiPunctuation(c);
    const auto kind = category(c);
    return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool isWordCharacter(char32_t c)
{
    const auto kind = category(c);
    return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NL) ||
           kind == UTF8PROC_CATEGORY_PC;
}

bool isNonspacingMark(char32_t c)
{
    return c >= 0x80 && category(c) == UTF8PROC_CATEGORY_MN;
}

bool isControl(char32_t c)
{
    if (c == '\t' || c == '\n' || c == '\r') return false;
    const auto kind = category(c);
    return kind >= UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CN;
}

std::string normalForm(std::string_view text, NormalForm form)
{
    if (isAscii(text)) return std::string(text);
    const bool composes = form == NormalForm::Nfc || form == NormalForm::Nfkc;
    const bool compatible = form == NormalForm::Nfkc || form == NormalForm::Nfkd;
    const int options = UTF8PROC_STABLE | (composes ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                        (compatible ? UTF8PROC_COMPAT : 0);
    utf8proc_uint8_t* bytes = nullptr;
    const auto length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     utf8proc_ssize_t(text.size()), &bytes, utf8proc_option_t(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(bytes, &std::free);
    if (length < 0) fail(ErrorCode::Internal, "cannot normalize text: {}", utf8proc_errmsg(length));
    return {reinterpret_cast<const char*>(bytes), size_t(length)};
}

std::string lowerCase(std::string_view text)
{
    std::string lower;
    lower.reserve(text.size());
    for (size_t i = 0; i < text.size();) {
        const char32_t c = nextCharacter(text, i);
        if (c == 0x130) // the only character whose lower case is two characters
            lower += "i\u0307";
        else
            appendCharacter(lower, char32_t(utf8proc_tolower(utf8proc_int32_t(c))));
    }
    return lower;
}

} // namespace paretoscope::tokenizers
