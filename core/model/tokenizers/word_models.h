// WordPiece (Schuster and Nakajima 2012, as in BERT) and whole words.
#pragma once

#include "core/model/tokenizers/token_model.h"

#include <optional>
#include <string>
#include <utility>

namespace paretoscope::tokenizers {

struct WordPieceSettings {
    std::string startPrefix;             // before the first piece of a word
    std::string continuingPrefix = "##"; // before the others
    size_t maxWordCharacters = 100;      // longer words are unknown
    std::optional<int32_t> unknown;
};

// The longest piece that fits, again and again; a word that does not come out is one unknown token.
class WordPieceModel : public TokenModel {
public:
    WordPieceModel(Vocabulary vocabulary, WordPieceSettings settings)
        : vocabulary_(std::move(vocabulary))
        , settings_(std::move(settings))
    {
    }
    const Vocabulary& vocabulary() const override { return vocabulary_; }
    std::unique_ptr<WordEncoder> encoder() const override;
    std::string kind() const override { return "WordPiece"; }

private:
    friend class WordPieceEncoder;
    Vocabulary vocabulary_;
    WordPieceSettings settings_;
};

// A word is a piece, or unknown.
class WordLevelModel : public TokenModel {
public:
    WordLevelModel(Vocabulary vocabulary, std::optional<int32_t> unknown)
        : vocabulary_(std::move(vocabulary))
        , unknown_(unknown)
    {
    }
    const Vocabulary& vocabulary() const override { return vocabulary_; }
    std::unique_ptr<WordEncoder> encoder() const override;
    std::string kind() const override { return "word list"; }

private:
    friend class WordLevelEncoder;
    Vocabulary vocabulary_;
    std::optional<int32_t> unknown_;
};

} // namespace paretoscope::tokenizers
