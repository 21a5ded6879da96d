#include "core/model/tokenizers/unigram_model.h"

#include "core/model/tokenizers/bpe_model.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/text_normalizers.h"
#include "core/model/tokenizers/unicode.h"

#include <algorithm>

namespace paretoscope::tokenizers {

namespace {

constexpr double unknownPenalty = 10.0;

bool arises(PieceType type)
{
    return type == PieceType::Normal || type == PieceType::UserDefined || type == PieceType::Unused;
}

} // namespace

class UnigramEncoder : public WordEncoder {
public:
    explicit UnigramEncoder(const UnigramModel& model)
        : model_(model)
    {
    }
    void encode(std::string_view word, std::vector<int32_t>& ids) override;

private:
    static constexpr int32_t unknown = -1;
    struct Node { // best path that ends at a byte
        double score;
        size_t begin; // of its last piece
        int32_t id;
        bool reached;
    };

    void search(std::string_view word);
    void offer(size_t begin, size_t end, int32_t id, double score);
    void writeUnknown(std::string_view text, std::vector<int32_t>& ids) const;

    const UnigramModel& model_;
    std::vector<Node> nodes_;
    std::vector<size_t> ends_;
};

UnigramModel::UnigramModel(ScoredPieces pieces)
    : pieces_(std::move(pieces))
{
    double lowest = 0;
    double highest = -1e30;
    bool any = false;
    for (size_t id = 0; id < pieces_.types.size(); ++id) {
        if (pieces_.types[id] != PieceType::Normal) continue;
        lowest = any ? std::min(lowest, pieces_.scores[id]) : pieces_.scores[id];
        highest = std::max(highest, pieces_.scores[id]);
        any = true;
    }
    unknownScore_ = lowest - unknownPenalty;
    scores_.assign(pieces_.types.size(), 0);
    const auto mark = pieces_.vocabulary.find(spaceMark);
    joinsAcrossWordStarts_ = !mark || !arises(pieces_.types[size_t(*mark)]);
    for (const auto& [piece, id] : pieces_.vocabulary.all()) {
        const PieceType type = pieces_.types[size_t(id)];
        if (!arises(type)) continue;
        trie_.insert(piece, id);
        // Pieces that a user asked for win over any other way through their text.
        scores_[size_t(id)] = type == PieceType::UserDefined
                                  ? (any ? double(piece.size()) * highest : 0) - 0.1
                                  : pieces_.scores[size_t(id)];
        joinsAcrossWordStarts_ = joinsAcrossWordStarts_ || crossesWordStart(piece);
    }
    for (int byte = 0; byte < 256; ++byte)
        bytePieces_[size_t(byte)] =
            pieces_.vocabulary.find(byteFallbackPiece(uint8_t(byte))).value_or(-1);
}

std::unique_ptr<WordEncoder> UnigramModel::encoder() const
{
    return std::make_unique<UnigramEncoder>(*this);
}

void UnigramEncoder::offer(size_t begin, size_t end, int32_t id, double score)
{
    Node& node = nodes_[end];
    const double total = nodes_[begin].score + score;
    if (!node.reached || total > node.score) node = {total, begin, id, true};
}

void UnigramEncoder::search(std::string_view word)
{
    nodes_.assign(word.size() + 1, {0, 0, unknown, false});
    nodes_[0].reached = true;
    for (size_t begin = 0; begin < word.size();) {
        size_t next = begin;
        nextCharacter(word, next);
        bool characterFound = false;
        model_.trie_.forEachPrefix(word.substr(begin), [&](size_t length, int32_t id) {
            offer(begin, begin + length, id, model_.scores_[size_t(id)]);
            characterFound = characterFound || begin + length == next;
        });
        if (!characterFound) offer(begin, next, unknown, model_.unknownScore_);
        begin = next;
    }
}

void UnigramEncoder::encode(std::string_view word, std::vector<int32_t>& ids)
{
    search(word);
    ends_.clear();
    for (size_t end = word.size(); end > 0; end = nodes_[end].begin)
        ends_.push_back(end);
    std::reverse(ends_.begin(), ends_.end());
    size_t unknownBegin = 0;
    bool pending = false;
    for (const size_t end : ends_) {
        const Node& node = nodes_[end];
        if (node.id == unknown) {
            if (!pending) unknownBegin = node.begin;
            pending = true;
            if (model_.pieces_.fuseUnknown) continue;
        }
        const size_t unknownEnd = node.id == unknown ? end : node.begin;
        if (pending) writeUnknown(word.substr(unknownBegin, unknownEnd - unknownBegin), ids);
        pending = false;
        if (node.id != unknown) ids.push_back(node.id);
    }
    if (pending) writeUnknown(word.substr(unknownBegin), ids);
}

void UnigramEncoder::writeUnknown(std::string_view text, std::vector<int32_t>& ids) const
{
    const auto pieceOf = [this](char byte) { return model_.bytePieces_[uint8_t(byte)]; };
    const bool spelled =
        model_.pieces_.byteFallback &&
        std::all_of(text.begin(), text.end(), [&](char byte) { return pieceOf(byte) >= 0; });
    if (spelled)
        for (const char byte : text)
            ids.push_back(pieceOf(byte));
    else if (model_.pieces_.unknown)
        ids.push_back(*model_.pieces_.unknown);
}

} // namespace paretoscope::tokenizers
