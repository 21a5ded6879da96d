// The most probable segmentation under a unigram model of pieces (Kudo 2018).
#pragma once

#include "core/model/tokenizers/byte_trie.h"
#include "core/model/tokenizers/scored_bpe_model.h"

#include <array>
#include <vector>

namespace paretoscope::tokenizers {

// A character that is no piece is unknown, 10 below the lowest score; neighbouring unknown
// characters become one unknown token, or their bytes with byte fallback.
class UnigramModel : public TokenModel {
public:
    explicit UnigramModel(ScoredPieces pieces);

    const Vocabulary& vocabulary() const override { return pieces_.vocabulary; }
    std::unique_ptr<WordEncoder> encoder() const override;
    std::string kind() const override { return "Unigram"; }
    bool joinsAcrossWordStarts() const override { return joinsAcrossWordStarts_; }

private:
    friend class UnigramEncoder;

    ScoredPieces pieces_;
    ByteTrie trie_;
    std::vector<double> scores_; // by id; what a piece adds to a path
    double unknownScore_;
    bool joinsAcrossWordStarts_;
    std::array<int32_t, 256> bytePieces_;
};

} // namespace paretoscope::tokenizers
