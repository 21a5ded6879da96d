// Small text helpers.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope {

// Position of the first byte that is not part of valid UTF-8 (RFC 3629), if any.
std::optional<size_t> firstInvalidUtf8(std::string_view text);

// The name closest to `wanted` by edit distance, or empty when none is near. Used for "did you
// mean" in errors.
std::string nearestName(std::string_view wanted, std::span<const std::string> names);

// " (did you mean 'bits'?)", or empty.
std::string didYouMean(std::string_view wanted, std::span<const std::string> names);

std::vector<std::string> splitText(std::string_view text, char separator);
std::string_view trimmed(std::string_view text);

// The last line that says something, as valid UTF-8 that fits into a sentence; of longer ones the end.
std::string lastLine(std::string_view text);

// "1.2 MiB", "640 B": for people. Files and JSON carry plain numbers.
std::string humanBytes(double bytes);

// "9.4 s", "42 s", "3 min 20 s", "2 h 5 min": for people.
std::string humanSeconds(double seconds);

// Whole text as a number; nullopt when anything else is in it or it does not fit.
std::optional<long long> parseInteger(std::string_view text);
std::optional<double> parseNumber(std::string_view text);

// Shortest text that reads back as the same double; C locale.
std::string numberText(double value);

} // namespace paretoscope
