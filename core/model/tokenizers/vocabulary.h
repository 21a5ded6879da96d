// Pieces and their ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

// Immutable; thread-safe. Ids may have gaps.
class Vocabulary {
public:
    Vocabulary() = default;
    // Throws Error(BadFile) naming `where` when two pieces share an id, a piece has two ids, or an
    // id is negative or absurdly far beyond the number of pieces.
    Vocabulary(std::vector<std::pair<std::string, int32_t>> pieces, const std::string& where);
    // Piece i has id i. Empty pieces are gaps; of equal pieces the last one is found by its text.
    static Vocabulary fromList(std::vector<std::string> pieces, const std::string& where);
    Vocabulary(Vocabulary&&) noexcept = default;
    Vocabulary& operator=(Vocabulary&&) noexcept = default;
    Vocabulary(const Vocabulary&) = delete;
    Vocabulary& operator=(const Vocabulary&) = delete;

    std::optional<int32_t> find(std::string_view piece) const;
    // Null when no piece has this id.
    const std::string* piece(int32_t id) const;
    int32_t idLimit() const { return int32_t(indexOfId_.size()); } // ids are below this
    size_t size() const { return pieces_.size(); }
    size_t longestPieceBytes() const { return longest_; }
    const std::vector<std::pair<std::string, int32_t>>& all() const { return pieces_; }

private:
    std::vector<std::pair<std::string, int32_t>> pieces_;
    std::unordered_map<std::string_view, int32_t> ids_; // views of pieces_
    std::vector<int32_t> indexOfId_;                    // into pieces_; -1: a gap
    size_t longest_ = 0;
};

} // namespace paretoscope::tokenizers
