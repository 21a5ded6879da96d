#include "core/model/tokenizers/vocabulary.h"

#include "core/base/error.h"

#include <algorithm>

namespace paretoscope::tokenizers {

namespace {

// The table by id is as long as the largest id; a small file may not ask for a large one.
int32_t highestAllowedId(size_t pieces)
{
    return int32_t(std::min<size_t>(INT32_MAX - 1, std::max<size_t>(65536, pieces * 16)));
}

} // namespace

Vocabulary::Vocabulary(std::vector<std::pair<std::string, int32_t>> pieces,
                       const std::string& where)
    : pieces_(std::move(pieces))
{
    const int32_t highest = highestAllowedId(pieces_.size());
    int32_t limit = 0;
    for (const auto& [piece, id] : pieces_) {
        if (id < 0 || id > highest)
            fail(ErrorCode::BadFile, "{}: the id {} of '{}' is outside 0 to {}", where, id, piece,
                 highest);
        limit = std::max(limit, id + 1);
        longest_ = std::max(longest_, piece.size());
    }
    indexOfId_.assign(size_t(limit), -1);
    ids_.reserve(pieces_.size());
    for (size_t i = 0; i < pieces_.size(); ++i) {
        const auto& [piece, id] = pieces_[i];
        int32_t& index = indexOfId_[size_t(id)];
        if (index >= 0)
            fail(ErrorCode::BadFile, "{}: the id {} belongs to both '{}' and '{}'", where, id,
                 pieces_[size_t(index)].first, piece);
        index = int32_t(i);
        if (!ids_.emplace(piece, id).second)
            fail(ErrorCode::BadFile, "{}: '{}' appears twice", where, piece);
    }
}

Vocabulary Vocabulary::fromList(std::vector<std::string> pieces, const std::string& where)
{
    if (pieces.size() > size_t(INT32_MAX) / 16)
        fail(ErrorCode::BadFile, "{}: {} pieces are too many", where, pieces.size());
    Vocabulary vocabulary;
    vocabulary.pieces_.reserve(pieces.size()); // views of the pieces are kept
    vocabulary.indexOfId_.assign(pieces.size(), -1);
    for (size_t id = 0; id < pieces.size(); ++id) {
        if (pieces[id].empty()) continue;
        vocabulary.longest_ = std::max(vocabulary.longest_, pieces[id].size());
        vocabulary.indexOfId_[id] = int32_t(vocabulary.pieces_.size());
        const auto& [piece, kept] =
            vocabulary.pieces_.emplace_back(std::move(pieces[id]), int32_t(id));
        vocabulary.ids_[piece] = kept;
    }
    return vocabulary;
}

std::optional<int32_t> Vocabulary::find(std::string_view piece) const
{
    const auto found = ids_.find(piece);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const std::string* Vocabulary::piece(int32_t id) const
{
    if (id < 0 || id >= idLimit() || indexOfId_[size_t(id)] < 0) return nullptr;
    return &pieces_[size_t(indexOfId_[size_t(id)])].first;
}

} // namespace paretoscope::tokenizers
