// SentencePiece's byte-pair encoding: no list of merges, the pieces' scores say what merges first.
#pragma once

#include "core/model/tokenizers/token_model.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

// A piece of a SentencePiece or GGUF vocabulary, by the numbers both use.
enum class PieceType {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6
};

struct ScoredPieces {
    Vocabulary vocabulary;
    std::vector<double> scores;   // by id; finite
    std::vector<PieceType> types; // by id
    std::optional<int32_t> unknown;
    bool byteFallback = false;
    bool fuseUnknown = false;
};

// Of all neighbours whose joined text is a piece, those with the highest score merge first, the
// leftmost among equals (Kudo and Richardson 2018, released code).
class ScoredBpeModel : public TokenModel {
public:
    explicit ScoredBpeModel(ScoredPieces pieces);

    const Vocabulary& vocabulary() const override { return pieces_.vocabulary; }
    std::unique_ptr<WordEncoder> encoder() const override;
    std::string kind() const override { return "SentencePiece BPE"; }
    bool joinsAcrossWordStarts() const override { return joinsAcrossWordStarts_; }

private:
    friend class ScoredBpeEncoder;
    // Only such pieces may arise from text.
    std::optional<int32_t> findMergeable(std::string_view text) const;

    ScoredPieces pieces_;
    bool joinsAcrossWordStarts_;
    std::array<int32_t, 256> bytePieces_;
};

} // namespace paretoscope::tokenizers
