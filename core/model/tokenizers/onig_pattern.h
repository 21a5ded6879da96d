// Patterns written for Oniguruma, said again for PCRE2.
//
// The two agree on nearly everything that tokenizer files use. They differ in classes within
// classes ([^(\s|[.,])] and [\p{L}&&[^\p{Han}]]), in \h (a hexadecimal digit there) and in \p{Han}
// (the script itself there, its extensions too in PCRE2).
#pragma once

#include <string>
#include <string_view>

namespace paretoscope::tokenizers {

// Leaves alone what it does not understand: the compiler of the pattern then says what is wrong.
std::string pcrePatternOf(std::string_view onigPattern);

} // namespace paretoscope::tokenizers
