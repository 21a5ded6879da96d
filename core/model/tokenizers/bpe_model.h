// Byte-pair encoding with ranked merges (Sennrich et al. 2016).
#pragma once

#include "core/model/tokenizers/merge_table.h"
#include "core/model/tokenizers/token_model.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

struct BpeSettings {
    std::optional<int32_t> unknown; // for characters outside the vocabulary; else left out
    bool fuseUnknown = false;       // one unknown token for a run of such characters
    bool byteFallback = false;      // <0xE2><0x82><0xAC> before the unknown token
    bool ignoreMerges = false;      // a word that is a piece is that piece
    std::string continuingPrefix;   // before every character but a word's first
    std::string endOfWordSuffix;    // after a word's last character
};

// The lowest-ranked pair merges first, the leftmost among equals, until none is left. Long words
// take n log n time.
class BpeModel : public TokenModel {
public:
    // Merges in the order of their ranks; Error(BadFile) naming `where` for a merge whose parts or
    // result are no pieces.
    BpeModel(Vocabulary vocabulary, const std::vector<std::pair<std::string, std::string>>& merges,
             BpeSettings settings, const std::string& where);

    const Vocabulary& vocabulary() const override { return vocabulary_; }
    std::unique_ptr<WordEncoder> encoder() const override;
    std::string kind() const override { return "BPE"; }
    bool joinsAcrossWordStarts() const override { return joinsAcrossWordStarts_; }

private:
    friend class BpeWordEncoder;
    int32_t requirePiece(std::string_view piece, size_t rank, const std::string& where) const;

    Vocabulary vocabulary_;
    MergeTable merges_;
    BpeSettings settings_;
    bool joinsAcrossWordStarts_;
    std::array<int32_t, 256> bytePieces_; // ids of <0x00>...<0xFF>, -1 where there is none
};

// "<0x0A>", the spelling of bytes in SentencePiece vocabularies.
std::string byteFallbackPiece(uint8_t byte);
// The byte that such a piece stands for.
std::optional<uint8_t> byteOfFallbackPiece(std::string_view piece);

} // namespace paretoscope::tokenizers
