// Characters of UTF-8 text and the classes of characters that tokenizers speak of.
//
// Every function is pure and thread-safe. Positions are byte offsets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paretoscope::tokenizers {

// The character that starts at `position`, which is moved past it. A byte that starts no valid
// character is returned as U+FFFD and only that byte is passed. position < text.size().
char32_t nextCharacter(std::string_view text, size_t& position);
// The last character of a non-empty text, U+FFFD when its bytes form none.
char32_t lastCharacter(std::string_view text);
void appendCharacter(std::string& out, char32_t character);

bool isWhitespace(char32_t character);     // property White_Space
bool isNumeric(char32_t character);        // categories Nd, Nl, No
bool isPunctuation(char32_t character);    // ASCII punctuation, or a category P*
bool isWordCharacter(char32_t character);  // what \w stands for
bool isNonspacingMark(char32_t character); // category Mn
bool isControl(char32_t character);        // categories C*, without tab, newline, return

enum class NormalForm { Nfc, Nfd, Nfkc, Nfkd };
// Unicode normalization (UAX 15) of valid UTF-8.
std::string normalForm(std::string_view text, NormalForm form);
// Lower case character by character, as full case mapping does without context.
std::string lowerCase(std::string_view text);

} // namespace paretoscope::tokenizers
