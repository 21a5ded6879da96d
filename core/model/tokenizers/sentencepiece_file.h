// A SentencePiece model file (tokenizer.model, spiece.model) as plain data.
#pragma once

#include "core/model/tokenizers/scored_bpe_model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

struct SentencePieceFile {
    enum class Algorithm { Unigram = 1, Bpe = 2, Word = 3, Character = 4 };

    std::vector<std::string> pieces; // by id
    std::vector<double> scores;
    std::vector<PieceType> types;
    Algorithm algorithm = Algorithm::Unigram;
    bool byteFallback = false;
    bool spaceAsSuffix = false;
    int32_t unknown = -1, begin = 1, end = 2; // -1: none
    std::string charsmap;
    bool addPrefix = true, collapseSpaces = true, markSpaces = true;
};

// Throws Error(BadFile) naming `where`.
SentencePieceFile parseSentencePieceFile(std::string_view bytes, const std::string& where);

} // namespace paretoscope::tokenizers
