// Products with additive codebooks. Layout: core/tensor/codebook_layout.h.
#pragma once

#include "core/backend/matrix.h"
#include "core/tensor/codebook_layout.h"

#include <cstdint>

namespace paretoscope::cpu {

// As CompressedProducts describes it; uses all threads.
void linearCodebook(ConstMatrixView x, const CodebookMatrix& weight, const float* bias, MatrixView y);

// Parts, each on the calling thread.

// `groups` groups of `books` codes each as f32 [groups · groupSize], times scale. books [books, entries, groupSize].
void expandGroups(const CodebookMatrix& weight, const float* books, const uint8_t* codes, int64_t groups, float scale,
                  float* destination);
// Σ over all groups of a row of its decoded weights, without scale, times x.
float dotOfGroups(const CodebookMatrix& weight, const float* books, const uint8_t* codes, const float* x);
// Codes of 2 to 7 bits as bytes. Reads packedOverread bytes behind the codes and writes up to unpackOverwrite
// bytes too many.
void unpackToBytes(const uint8_t* packed, int bits, int64_t count, uint8_t* bytes);
constexpr int64_t unpackOverwrite = 16;
// products[g, m, e] = books[m, e] · x of group g, for groups [begin, end).
void codebookProducts(const CodebookMatrix& weight, const float* books, const float* x, int64_t begin, int64_t end,
                      float* products);
// Σ over i of products[i · entries + codes[i]].
float sumOfCodes(const uint8_t* codes, int64_t count, int64_t entries, const float* products);

} // namespace paretoscope::cpu
