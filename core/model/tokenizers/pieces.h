// A text cut into pieces, and the ways of cutting it further.
#pragma once

#include "core/model/tokenizers/encode_context.h"
#include "core/model/tokenizers/regex.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

struct Piece {
    size_t begin, end; // bytes of Pieces::text
    bool startsText;   // begins where the whole text to encode begins
};

// Not thread-safe; one encode call owns it.
struct Pieces {
    std::string text;
    std::vector<Piece> list; // in order, disjoint, none empty

    std::string_view operator[](const Piece& piece) const
    {
        return std::string_view(text).substr(piece.begin, piece.end - piece.begin);
    }
};

// What becomes of a match that cuts a piece.
enum class SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

// Appends to the list the disjoint matches in a piece, left to right.
using MatchFinder = std::function<void(std::string_view piece, std::vector<Match>& matches)>;

// Cuts every piece at the matches; with `invert` the rest of a piece counts as the matches.
void splitPieces(Pieces& pieces, const MatchFinder& find, SplitBehavior behavior,
                 bool invert = false);
// Cuts at single characters of a class.
void splitAtCharacters(Pieces& pieces, bool (*contains)(char32_t), SplitBehavior behavior);

// Rewrites every piece: `rewrite` appends the new text of a piece to the string.
void rewritePieces(
    Pieces& pieces, const EncodeContext& context,
    const std::function<void(const Piece&, std::string_view, std::string&)>& rewrite);

} // namespace paretoscope::tokenizers
