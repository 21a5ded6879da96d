#include "core/model/tokenizers/pre_tokenizers.h"

#include "core/model/tokenizers/byte_alphabet.h"

#include <algorithm>

namespace paretoscope::tokenizers {

const char* const gpt2Pattern =
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

void splitAt(Pieces& pieces, const Regex& pattern, SplitBehavior behavior, bool invert)
{
    Regex::Matcher matcher(pattern);
    splitPieces(
        pieces,
        [&matcher](std::string_view text, std::vector<Match>& matches) {
            matcher.findAll(text, matches);
        },
        behavior, invert);
}

} // namespace

ByteLevelPreTokenizer::ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex)
    : addPrefixSpace_(addPrefixSpace)
{
    if (useRegex) words_.emplace(gpt2Pattern, "the byte-level words");
}

void ByteLevelPreTokenizer::apply(Pieces& pieces, const EncodeContext& context) const
{
    if (addPrefixSpace_ && !context.continuesText)
        rewritePieces(pieces, context, [](const Piece&, std::string_view text, std::string& out) {
            if (text.front() != ' ') out += ' ';
            out += text;
        });
    if (words_) splitAt(pieces, *words_, SplitBehavior::Isolated, false);
    rewritePieces(pieces, context, [](const Piece&, std::string_view text, std::string& out) {
        appendSpelling(out, text);
    });
}

void SplitPreTokenizer::apply(Pieces& pieces, const EncodeContext&) const
{
    splitAt(pieces, pattern_, behavior_, invert_);
}

void ClassPreTokenizer::apply(Pieces& pieces, const EncodeContext&) const
{
    splitAtCharacters(pieces, contains_, behavior_);
}

void PreTokenizerSequence::apply(Pieces& pieces, const EncodeContext& context) const
{
    for (const PreTokenizerPtr& step : steps_)
        step->apply(pieces, context);
}

bool PreTokenizerSequence::spellsBytes() const
{
    return std::any_of(steps_.begin(), steps_.end(),
                       [](const PreTokenizerPtr& step) { return step->spellsBytes(); });
}

} // namespace paretoscope::tokenizers
