// Normalizers of whole tokenizer families: BERT's and SentencePiece's. See normalizer.h.
#pragma once

#include "core/model/tokenizers/charsmap.h"
#include "core/model/tokenizers/normalizer.h"

#include <utility>

namespace paretoscope::tokenizers {

// SentencePiece's blank, U+2581.
inline constexpr std::string_view spaceMark = "\xe2\x96\x81";

// Cleans, puts spaces around Chinese characters, strips accents, lowers (Devlin et al. 2019,
// released code).
struct BertNormalizerSettings {
    bool cleanText = true, spaceChinese = true, stripAccents = true, lowercase = true;
};
class BertNormalizer : public Normalizer {
public:
    explicit BertNormalizer(BertNormalizerSettings settings)
        : settings_(settings)
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    BertNormalizerSettings settings_;
};

// Removes control characters and makes every kind of blank a space.
class NmtNormalizer : public Normalizer {
public:
    std::string apply(std::string_view text, const EncodeContext& context) const override;
};

// SentencePiece's map as Hugging Face's library applies it: grapheme by grapheme, each replaced
// as a whole by what its shortest key maps to.
class PrecompiledNormalizer : public Normalizer {
public:
    explicit PrecompiledNormalizer(Charsmap map)
        : map_(std::move(map))
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    bool appendMapped(std::string& out, std::string_view chunk) const;

    Charsmap map_;
};

// SentencePiece itself: the longest keys are replaced, spaces collapse and become U+2581.
struct SentencePieceSettings {
    bool addPrefix = true;
    bool prefixAfterTokens = true; // also behind an added token, not only where the text begins
    bool collapseSpaces = true;    // and removes them at the ends
    bool markSpaces = true;
};
class SentencePieceNormalizer : public Normalizer {
public:
    SentencePieceNormalizer(Charsmap map, SentencePieceSettings settings)
        : map_(std::move(map))
        , settings_(settings)
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    std::string mapped(std::string_view text, const EncodeContext& context) const;

    Charsmap map_;
    SentencePieceSettings settings_;
};

} // namespace paretoscope::tokenizers
