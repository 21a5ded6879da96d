#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <numeric>

namespace paretoscope {

namespace {

// Length of the UTF-8 sequence that starts at `text[0]`, 0 when it is not valid.
size_t sequenceLength(std::string_view text)
{
    const auto byte = [&](size_t i) { return uint8_t(text[i]); };
    const auto continues = [&](size_t i, uint8_t low = 0x80, uint8_t high = 0xbf) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const uint8_t lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        const uint8_t low = lead == 0xe0 ? 0xa0 : 0x80;
        const uint8_t high = lead == 0xed ? 0x9f : 0xbf; // no surrogates
        return continues(1, low, high) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const uint8_t low = lead == 0xf0 ? 0x90 : 0x80;
        const uint8_t high = lead == 0xf4 ? 0x8f : 0xbf;
        return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

} // namespace

std::optional<size_t> firstInvalidUtf8(std::string_view text)
{
    for (size_t i = 0; i < text.size();) {
        const size_t length = sequenceLength(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return std::nullopt;
}

std::string nearestName(std::string_view wanted, std::span<const std::string> names)
{
    std::string best;
    size_t bestDistance = std::max<size_t>(2, wanted.size() / 2) + 1;
    for (const std::string& name : names) {
        size_t distance = editDistance(wanted, name);
        // "rtn" for "quantization.rtn": a missing family is the commonest slip.
        const size_t dot = name.find('.');
        if (dot != std::string::npos)
            distance = std::min(distance, editDistance(wanted, std::string_view(name).substr(dot + 1)));
        if (distance < bestDistance) {
            bestDistance = distance;
            best = name;
        }
    }
    return best;
}

std::string didYouMean(std::string_view wanted, std::span<const std::string> names)
{
    const std::string nearest = nearestName(wanted, names);
    return nearest.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", nearest);
}

std::vector<std::string> splitText(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    size_t begin = 0;
    for (;;) {
        const size_t end = text.find(separator, begin);
        parts.emplace_back(text.substr(begin, end == text.npos ? text.npos : end - begin));
        if (end == text.npos) return parts;
        begin = end + 1;
    }
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string lastLine(std::string_view text)
{
    constexpr size_t longest = 300;
    std::string result;
    for (const std::string& line : splitText(text, '\n'))
        if (!trimmed(line).empty()) result = trimmed(line);
    if (result.size() > longest) result.erase(0, result.size() - longest);
    while (const std::optional<size_t> bad = firstInvalidUtf8(result)) result[*bad] = '?';
    return result;
}

std::string humanBytes(double bytes)
{
    static constexpr std::array<const char*, 6> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    size_t unit = 0;
    while (std::abs(bytes) >= 1024 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    if (unit == 0) return fmt::format("{:.0f} B", bytes);
    return fmt::format("{:.{}f} {}", bytes, std::abs(bytes) < 10 ? 2 : 1, units[unit]);
}

std::string humanSeconds(double seconds)
{
    const auto whole = int64_t(seconds + 0.5);
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::optional<long long> parseInteger(std::string_view text)
{
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> parseNumber(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string numberText(double value)
{
    return fmt::format("{}", value);
}

} // namespace paretoscope
