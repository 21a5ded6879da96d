// What turns a picture into rows that a language model reads in place of tokens, or into one embedding.
//
// A Vision Transformer (Dosovitskiy et al. 2020, arXiv:2010.11929) as CLIP trains it (Radford et al. 2021,
// arXiv:2103.00020): square patches are mapped linearly, a learned class row comes first, every row learns
// its position; then encoder blocks. LLaVA (Liu et al. 2023, arXiv:2310.03744) takes the patches' rows after
// a block before the last and maps them through two layers into the language model's width.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/model.h"

#include <array>
#include <cstdint>
#include <memory>

namespace paretoscope {

// Immutable once made; thread-safe. D: the tower's width, P: pixels of a patch's side.
struct VisionTower {
    // Blocks, positions [1 + patches, D], `embeddingNorm` before the blocks and `finalNorm`, which acts on
    // the class row only; no token embedding.
    ModelPtr encoder;
    Linear patches;        // [D, 3 · P · P]: a patch is red, green, blue, each row by row
    Tensor classEmbedding; // f32 [D]
    int64_t imageSize = 0; // pixels of the picture's side
    int64_t patchSize = 0;
    int64_t featureBlocks = 0;  // blocks that a language model's rows have passed
    bool withClassRow = false;  // whether the class row is one of them
    Linear projection1, projection2; // into the language model's width; both absent without one
    Activation projectionActivation = Activation::Gelu;
    Linear embeddingProjection; // [E, D]: from the class row to the picture's embedding (CLIP), or absent
    int32_t textEndToken = -1;  // whose row a text's embedding is made of (CLIP); -1 = the largest of the text
    int32_t imageToken = -1;    // the token that stands for a row of a picture in a text; -1 = none
    std::array<float, 3> mean{0.48145466f, 0.4578275f, 0.40821073f};       // of red, green and blue in [0, 1]
    std::array<float, 3> deviation{0.26862954f, 0.26130258f, 0.27577711f};

    int64_t patchesOfSide() const { return imageSize / patchSize; }
    int64_t patchCount() const { return patchesOfSide() * patchesOfSide(); }
    // Rows of a picture in a text.
    int64_t rowsOfPicture() const { return patchCount() + (withClassRow ? 1 : 0); }
    int64_t storedBytes() const;
};

// A number for red, green and blue. Error(BadFile) naming `where` and the field.
std::array<float, 3> channelNumbers(const Json& json, const char* name, const std::string& where);

} // namespace paretoscope
