// A chat template cut into text and the tokens between its braces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::jinja {

enum class TokenKind { Text, OutputBegin, OutputEnd, BlockBegin, BlockEnd, Name, String, Integer, Real, Operator, End };

struct Token {
    TokenKind kind = TokenKind::End;
    std::string text; // strings without quotes and escapes
    int line = 1;
};

// Whitespace around tags is treated as Hugging Face treats it: the line break after a block goes, and
// so do spaces before a block that begins its line. Error(BadFile) with the line.
std::vector<Token> tokenize(std::string_view source);

} // namespace paretoscope::jinja
