// Words that carry the space before them, marked U+2581 (SentencePiece; Kudo and Richardson 2018).
#pragma once

#include "core/model/tokenizers/decoder.h"
#include "core/model/tokenizers/pre_tokenizer.h"

#include <string>
#include <utility>

namespace paretoscope::tokenizers {

enum class PrefixScheme { Always, First, Never };

// Spaces become marks, a mark is put in front by the scheme, and pieces are cut before marks.
class MetaspacePreTokenizer : public PreTokenizer {
public:
    MetaspacePreTokenizer(std::string mark, PrefixScheme scheme, bool split)
        : mark_(std::move(mark))
        , scheme_(scheme)
        , split_(split)
    {
    }
    void apply(Pieces& pieces, const EncodeContext& context) const override;

private:
    std::string mark_;
    PrefixScheme scheme_;
    bool split_;
};

// Cuts before every run of marks. Changes no ids for a model that joins nothing across such a
// place, and turns one long word into many short ones that are seen again.
class WordStartPreTokenizer : public PreTokenizer {
public:
    void apply(Pieces& pieces, const EncodeContext& context) const override;
};
// True when `piece` has a mark behind another character.
bool crossesWordStart(std::string_view piece);

// Marks become spaces; one in front of the text goes if the scheme put it there.
class MetaspaceDecoder : public Decoder {
public:
    MetaspaceDecoder(std::string mark, bool stripFirst)
        : mark_(std::move(mark))
        , stripFirst_(stripFirst)
    {
    }
    void apply(std::vector<DecodedToken>& tokens) const override;

private:
    std::string mark_;
    bool stripFirst_;
};

PreTokenizerPtr metaspaceFromJson(const Json& json, const std::string& where);
DecoderPtr metaspaceDecoderFromJson(const Json& json, const std::string& where);

} // namespace paretoscope::tokenizers
