// Answers found in outputs and made comparable. Pure.
#pragma once

#include <string>
#include <string_view>

namespace paretoscope {

// SQuAD's normalization (Rajpurkar et al. 2016): lower case, no ASCII punctuation, no articles, single
// spaces.
std::string normalizedAnswer(std::string_view text);
// F1 of the bags of normalized words; 1 when both are empty.
double wordOverlap(std::string_view output, std::string_view answer);

// The number that a text begins with, and the last one in it, such as "-1,024.5" and "$18."; empty
// when there is none.
std::string leadingNumber(std::string_view text);
std::string lastNumber(std::string_view text);
// Without $ and commas, leading zeros and a trailing point; U+2212 is a minus.
std::string normalizedNumber(std::string_view text);

std::string_view firstLine(std::string_view text);

} // namespace paretoscope
