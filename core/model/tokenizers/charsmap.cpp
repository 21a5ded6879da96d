#include "core/model/tokenizers/charsmap.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cstring>

namespace paretoscope::tokenizers {

namespace {

bool hasLeaf(uint32_t unit)
{
    return (unit >> 8) & 1;
}

uint32_t leafValue(uint32_t unit)
{
    return unit & 0x7fffffffu;
}

uint32_t label(uint32_t unit)
{
    return unit & 0x800000ffu;
}

uint32_t offset(uint32_t unit)
{
    return (unit >> 10) << ((unit & 0x200u) >> 6);
}

uint32_t littleEndian(const char* bytes)
{
    uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | uint8_t(bytes[i]);
    return value;
}

int base64Digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

} // namespace

Charsmap::Charsmap(std::string_view blob, const std::string& where)
{
    if (blob.empty()) return;
    const size_t arrayBytes = blob.size() < 4 ? SIZE_MAX : littleEndian(blob.data());
    if (arrayBytes > blob.size() - 4 || arrayBytes % 4 != 0)
        fail(ErrorCode::BadFile, "{}: the character map does not hold what it says", where);
    units_.resize(arrayBytes / 4);
    for (size_t i = 0; i < units_.size(); ++i)
        units_[i] = littleEndian(blob.data() + 4 + i * 4);
    replacements_ = blob.substr(4 + arrayBytes);
    if (firstInvalidUtf8(replacements_))
        fail(ErrorCode::BadFile, "{}: the character map holds text that is not UTF-8", where);
}

std::optional<Charsmap::Found> Charsmap::find(std::string_view text, bool wantLongest) const
{
    std::optional<Found> found;
    if (units_.empty()) return found;
    size_t node = offset(units_[0]);
    for (size_t i = 0; i < text.size() && text[i] != '\0'; ++i) {
        const auto byte = uint8_t(text[i]);
        node ^= byte;
        if (node >= units_.size() || label(units_[node]) != byte) break;
        const uint32_t unit = units_[node];
        node ^= offset(unit);
        if (!hasLeaf(unit)) continue;
        const size_t begin = node < units_.size() ? leafValue(units_[node]) : SIZE_MAX;
        if (begin >= replacements_.size()) break;
        // A position inside a character would make text that is not UTF-8.
        if ((uint8_t(replacements_[begin]) & 0xc0) == 0x80) break;
        const std::string_view rest = std::string_view(replacements_).substr(begin);
        found = Found{i + 1, rest.substr(0, rest.find('\0'))};
        if (!wantLongest) break;
    }
    return found;
}

std::optional<std::string> base64Bytes(std::string_view text)
{
    std::string bytes;
    uint32_t bits = 0;
    int count = 0;
    while (text.ends_with('='))
        text.remove_suffix(1);
    for (const char c : text) {
        const int digit = base64Digit(c);
        if (digit < 0) return std::nullopt;
        bits = bits << 6 | uint32_t(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += char(bits >> count & 0xff);
    }
    return bytes;
}

} // namespace paretoscope::tokenizers
