// Beam search for the codes of one group of inputs, for all rows of a matrix at once.
//
// With v the sum of a row's codebook vectors, the loss by this group is v H v + 2 v · t, H the covariance of
// the group's inputs and t what the other groups and the wanted weights pull. Book after book, every code is
// tried in every kept combination.
//
// Source: Egiazarian et al., AQLM, 2024, arXiv:2401.06118, section 3.3.
#pragma once

#include "core/backend/backend.h"

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope::quantization {

struct CodeSearchProblem {
    int64_t rows = 0, books = 0, entries = 0, groupSize = 0;
    int64_t beam = 1;                   // combinations kept
    std::span<const float> codebooks;   // [books, entries, groupSize]
    std::span<const float> covariance;  // [groupSize, groupSize]
    std::span<const float> pulls;       // t [rows, groupSize]
};

// Codes [rows, books] of what is best, starting at `codes`; a row keeps its codes unless others are better.
std::vector<uint8_t> searchCodes(const Backend& backend, const CodeSearchProblem& problem, std::span<const uint8_t> codes);

} // namespace paretoscope::quantization
