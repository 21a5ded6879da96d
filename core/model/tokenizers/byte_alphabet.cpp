#include "core/model/tokenizers/byte_alphabet.h"

#include "core/model/tokenizers/unicode.h"

#include <array>

namespace paretoscope::tokenizers {

namespace {

constexpr size_t spellingCharacters = 256 + 68;

struct Alphabet {
    std::array<std::string, 256> spelling;
    std::array<int, spellingCharacters> byte; // -1: spells none

    Alphabet()
    {
        byte.fill(-1);
        char32_t next = 256;
        for (int value = 0; value < 256; ++value) {
            const bool visible = (value >= 33 && value <= 126) || (value >= 161 && value != 173);
            const char32_t character = visible ? char32_t(value) : next++;
            appendCharacter(spelling[size_t(value)], character);
            byte[character] = value;
        }
    }
};

const Alphabet& alphabet()
{
    static const Alphabet instance;
    return instance;
}

} // namespace

std::string_view byteSpelling(uint8_t byte)
{
    return alphabet().spelling[byte];
}

std::optional<uint8_t> spelledByte(char32_t character)
{
    if (character >= spellingCharacters || alphabet().byte[character] < 0) return std::nullopt;
    return uint8_t(alphabet().byte[character]);
}

void appendSpelling(std::string& out, std::string_view bytes)
{
    const Alphabet& letters = alphabet();
    for (const char byte : bytes)
        out += letters.spelling[uint8_t(byte)];
}

bool appendSpelledBytes(std::string& out, std::string_view spelling)
{
    const size_t before = out.size();
    for (size_t i = 0; i < spelling.size();) {
        const auto byte = spelledByte(nextCharacter(spelling, i));
        if (!byte) {
            out.resize(before);
            return false;
        }
        out += char(*byte);
    }
    return true;
}

} // namespace paretoscope::tokenizers
