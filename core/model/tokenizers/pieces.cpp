#include "core/model/tokenizers/pieces.h"

#include "core/model/tokenizers/unicode.h"

#include <algorithm>
#include <utility>

namespace paretoscope::tokenizers {

namespace {

struct Part {
    size_t begin, end;
    bool matched;
};

// The piece as alternating unmatched and matched parts; an empty match still cuts.
void partsOf(size_t size, const std::vector<Match>& matches, bool invert, std::vector<Part>& parts)
{
    parts.clear();
    size_t done = 0;
    for (const Match& match : matches) {
        if (match.begin > done) parts.push_back({done, match.begin, invert});
        parts.push_back({match.begin, match.end, !invert});
        done = match.end;
    }
    if (done < size) parts.push_back({done, size, invert});
}

void mergeWithPrevious(std::vector<Part>& parts)
{
    size_t kept = 0;
    bool previousMatched = false;
    for (const Part& part : std::vector<Part>(parts)) {
        if (part.matched && !previousMatched && kept > 0)
            parts[kept - 1].end = part.end;
        else
            parts[kept++] = part;
        previousMatched = part.matched;
    }
    parts.resize(kept);
}

void mergeWithNext(std::vector<Part>& parts)
{
    std::reverse(parts.begin(), parts.end());
    size_t kept = 0;
    bool previousMatched = false;
    for (const Part& part : std::vector<Part>(parts)) {
        if (part.matched && !previousMatched && kept > 0)
            parts[kept - 1].begin = part.begin;
        else
            parts[kept++] = part;
        previousMatched = part.matched;
    }
    parts.resize(kept);
    std::reverse(parts.begin(), parts.end());
}

void mergeEqual(std::vector<Part>& parts)
{
    size_t kept = 0;
    for (const Part& part : std::vector<Part>(parts)) {
        if (kept > 0 && parts[kept - 1].matched == part.matched)
            parts[kept - 1].end = part.end;
        else
            parts[kept++] = part;
    }
    parts.resize(kept);
}

void applyBehavior(std::vector<Part>& parts, SplitBehavior behavior)
{
    switch (behavior) {
    case SplitBehavior::Removed:
        std::erase_if(parts, [](const Part& part) { return part.matched; });
        break;
    case SplitBehavior::Isolated:
        break;
    case SplitBehavior::MergedWithPrevious:
        mergeWithPrevious(parts);
        break;
    case SplitBehavior::MergedWithNext:
        mergeWithNext(parts);
        break;
    case SplitBehavior::Contiguous:
        mergeEqual(parts);
        break;
    }
}

} // namespace

void splitPieces(Pieces& pieces, const MatchFinder& find, SplitBehavior behavior, bool invert)
{
    std::vector<Piece> result;
    result.reserve(pieces.list.size());
    std::vector<Match> matches;
    std::vector<Part> parts;
    for (const Piece& piece : pieces.list) {
        matches.clear();
        find(pieces[piece], matches);
        partsOf(piece.end - piece.begin, matches, invert, parts);
        applyBehavior(parts, behavior);
        for (const Part& part : parts)
            if (part.end > part.begin)
                result.push_back({piece.begin + part.begin, piece.begin + part.end,
                                  piece.startsText && part.begin == 0});
    }
    pieces.list = std::move(result);
}

void splitAtCharacters(Pieces& pieces, bool (*contains)(char32_t), SplitBehavior behavior)
{
    const MatchFinder find = [contains](std::string_view text, std::vector<Match>& matches) {
        for (size_t i = 0; i < text.size();) {
            const size_t begin = i;
            if (contains(nextCharacter(text, i))) matches.push_back({begin, i});
        }
    };
    splitPieces(pieces, find, behavior);
}

void rewritePieces(Pieces& pieces, const EncodeContext& context,
                   const std::function<void(const Piece&, std::string_view, std::string&)>& rewrite)
{
    std::string text;
    text.reserve(pieces.text.size() + pieces.text.size() / 4);
    std::vector<Piece> list;
    list.reserve(pieces.list.size());
    for (const Piece& piece : pieces.list) {
        const size_t begin = text.size();
        rewrite(piece, pieces[piece], text);
        context.checkGrowth(text.size());
        if (text.size() > begin) list.push_back({begin, text.size(), piece.startsText});
    }
    pieces.text = std::move(text);
    pieces.list = std::move(list);
}

} // namespace paretoscope::tokenizers
