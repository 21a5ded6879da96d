#include "core/evaluation/questions/answer_text.h"

#include "core/base/text.h"
#include "core/model/tokenizers/unicode.h"

#include <algorithm>
#include <map>
#include <utility>

namespace paretoscope {

namespace {

constexpr std::string_view minusSign = "\u2212";
constexpr const char* digits = "0123456789";

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isAsciiPunctuation(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

std::vector<std::string> normalizedWords(std::string_view text)
{
    std::string plain;
    for (const char c : tokenizers::lowerCase(text))
        if (!isAsciiPunctuation(c)) plain += c;
    std::vector<std::string> words(1);
    for (size_t position = 0; position < plain.size();) {
        const char32_t character = tokenizers::nextCharacter(plain, position);
        if (tokenizers::isWhitespace(character))
            words.emplace_back();
        else
            tokenizers::appendCharacter(words.back(), character);
    }
    std::erase_if(words, [](const std::string& word) { return word.empty() || word == "a" || word == "an" || word == "the"; });
    return words;
}

std::string withPlainMinus(std::string_view text)
{
    std::string result;
    for (size_t at; (at = text.find(minusSign)) != std::string_view::npos; text.remove_prefix(at + minusSign.size())) {
        result += text.substr(0, at);
        result += '-';
    }
    return result += text;
}

// From the minus, dollar or point before a number's first digit to behind its last digit, comma or
// point.
std::pair<size_t, size_t> numberAround(const std::string& text, size_t digit)
{
    size_t begin = digit, end = digit;
    while (end < text.size() && (isDigit(text[end]) || text[end] == ',' || text[end] == '.')) ++end;
    for (const char before : {'.', '$', '-'})
        if (begin > 0 && text[begin - 1] == before) --begin;
    return {begin, end};
}

} // namespace

std::string normalizedAnswer(std::string_view text)
{
    std::string result;
    for (const std::string& word : normalizedWords(text)) {
        if (!result.empty()) result += ' ';
        result += word;
    }
    return result;
}

double wordOverlap(std::string_view output, std::string_view answer)
{
    const std::vector<std::string> given = normalizedWords(output), wanted = normalizedWords(answer);
    if (given.empty() || wanted.empty()) return given.empty() && wanted.empty() ? 1 : 0;
    std::map<std::string, int> left;
    for (const std::string& word : wanted) ++left[word];
    double common = 0;
    for (const std::string& word : given)
        if (left[word]-- > 0) ++common;
    if (common == 0) return 0;
    const double precision = common / double(given.size()), recall = common / double(wanted.size());
    return 2 * precision * recall / (precision + recall);
}

std::string leadingNumber(std::string_view from)
{
    const std::string text = withPlainMinus(trimmed(from));
    const size_t digit = text.find_first_of(digits);
    if (digit == std::string::npos) return {};
    const auto [begin, end] = numberAround(text, digit);
    return begin == 0 ? text.substr(0, end) : std::string();
}

std::string lastNumber(std::string_view from)
{
    const std::string text = withPlainMinus(from);
    std::string last;
    for (size_t digit = text.find_first_of(digits); digit != std::string::npos;) {
        const auto [begin, end] = numberAround(text, digit);
        last = text.substr(begin, end - begin);
        digit = text.find_first_of(digits, end);
    }
    return last;
}

std::string normalizedNumber(std::string_view from)
{
    std::string text = withPlainMinus(trimmed(from));
    std::erase_if(text, [](char c) { return c == ',' || c == '$'; });
    while (text.ends_with('.')) text.pop_back();
    const size_t sign = text.starts_with('-') ? 1 : 0;
    while (text.size() > sign + 1 && text[sign] == '0' && isDigit(text[sign + 1])) text.erase(sign, 1);
    return text;
}

std::string_view firstLine(std::string_view text)
{
    return text.substr(0, text.find('\n'));
}

} // namespace paretoscope
