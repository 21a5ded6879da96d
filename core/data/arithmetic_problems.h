// Arithmetic word problems with step-by-step answers, made from templates and a seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope {

struct ArithmeticProblem {
    std::string id;       // "arithmetic-1-00042": seed and index
    std::string question; // "Maya has 12 apples and buys 5 more. How many apples does Maya have?"
    std::string answer;   // the steps, one a line, then "#### 17"
    int64_t result = 0;
};

// The same seed and index give the same problem on every machine.
ArithmeticProblem arithmeticProblem(uint64_t seed, uint64_t index);

// "Question: ...\nAnswer: ...\n\n" for indices [0, count).
std::string arithmeticText(uint64_t seed, uint64_t count);

} // namespace paretoscope
