// The printable spelling of bytes in byte-level vocabularies.
//
// A byte that is a visible Latin-1 character is spelled as that character; the other 68 bytes, in
// order, as U+0100, U+0101, ... (GPT-2, Radford et al. 2019, released code). Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paretoscope::tokenizers {

std::string_view byteSpelling(uint8_t byte); // UTF-8 of the character, static storage
std::optional<uint8_t> spelledByte(char32_t character);

// Appends the spelling of every byte of `bytes`.
void appendSpelling(std::string& out, std::string_view bytes);
// Appends the bytes that `spelling` stands for; appends nothing and returns false when a character
// of it spells no byte.
bool appendSpelledBytes(std::string& out, std::string_view spelling);

} // namespace paretoscope::tokenizers
