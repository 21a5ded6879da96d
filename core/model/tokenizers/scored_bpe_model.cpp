#include "core/model/tokenizers/scored_bpe_model.h"

#include "core/base/error.h"
#include "core/model/tokenizers/bpe_model.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/text_normalizers.h"
#include "core/model/tokenizers/unicode.h"

#include <algorithm>

namespace paretoscope::tokenizers {

class ScoredBpeEncoder : public WordEncoder {
public:
    explicit ScoredBpeEncoder(const ScoredBpeModel& model)
        : model_(model)
    {
    }
    void encode(std::string_view word, std::vector<int32_t>& ids) override;

private:
    struct Symbol {
        size_t begin, size; // bytes of the word; a merged-away symbol has size 0
        int32_t previous, next;
    };
    struct Candidate {
        double score;
        int32_t left;
        size_t size; // of both symbols; tells whether they have changed since
        bool operator<(const Candidate& other) const
        {
            return score != other.score ? score < other.score : left > other.left;
        }
    };

    void readSymbols();
    void pushCandidate(int32_t left);
    void merge(const Candidate& best);
    void writeIds(std::vector<int32_t>& ids) const;
    void writeUnknown(std::string_view text, bool afterUnknown, std::vector<int32_t>& ids) const;

    const ScoredBpeModel& model_;
    std::string_view word_;
    std::vector<Symbol> symbols_;
    std::vector<Candidate> heap_;
};

ScoredBpeModel::ScoredBpeModel(ScoredPieces pieces)
    : pieces_(std::move(pieces))
{
    joinsAcrossWordStarts_ = !findMergeable(spaceMark);
    for (const auto& [piece, id] : pieces_.vocabulary.all())
        joinsAcrossWordStarts_ =
            joinsAcrossWordStarts_ || (crossesWordStart(piece) && findMergeable(piece));
    for (int byte = 0; byte < 256; ++byte)
        bytePieces_[size_t(byte)] =
            pieces_.vocabulary.find(byteFallbackPiece(uint8_t(byte))).value_or(-1);
}

std::optional<int32_t> ScoredBpeModel::findMergeable(std::string_view text) const
{
    const auto id = pieces_.vocabulary.find(text);
    if (!id) return std::nullopt;
    const PieceType type = pieces_.types[size_t(*id)];
    return type == PieceType::Normal || type == PieceType::UserDefined ? id : std::nullopt;
}

std::unique_ptr<WordEncoder> ScoredBpeModel::encoder() const
{
    return std::make_unique<ScoredBpeEncoder>(*this);
}

void ScoredBpeEncoder::encode(std::string_view word, std::vector<int32_t>& ids)
{
    word_ = word;
    readSymbols();
    heap_.clear();
    for (size_t i = 0; i + 1 < symbols_.size(); ++i)
        pushCandidate(int32_t(i));
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end());
        const Candidate best = heap_.back();
        heap_.pop_back();
        merge(best);
    }
    writeIds(ids);
}

void ScoredBpeEncoder::readSymbols()
{
    symbols_.clear();
    for (size_t i = 0; i < word_.size();) {
        const size_t begin = i;
        nextCharacter(word_, i);
        const auto index = int32_t(symbols_.size());
        if (index == INT32_MAX)
            fail(ErrorCode::BadUsage, "a word of {} bytes is too long to encode", word_.size());
        symbols_.push_back({begin, i - begin, index - 1, i < word_.size() ? index + 1 : -1});
    }
}

void ScoredBpeEncoder::pushCandidate(int32_t left)
{
    const int32_t right = left < 0 ? -1 : symbols_[size_t(left)].next;
    if (right < 0) return;
    const Symbol& first = symbols_[size_t(left)];
    const size_t size = first.size + symbols_[size_t(right)].size;
    if (size > model_.pieces_.vocabulary.longestPieceBytes()) return;
    const auto id = model_.findMergeable(word_.substr(first.begin, size));
    if (!id) return;
    heap_.push_back({model_.pieces_.scores[size_t(*id)], left, size});
    std::push_heap(heap_.begin(), heap_.end());
}

void ScoredBpeEncoder::merge(const Candidate& best)
{
    Symbol& left = symbols_[size_t(best.left)];
    if (left.size == 0 || left.next < 0) return;
    Symbol& right = symbols_[size_t(left.next)];
    if (left.size + right.size != best.size) return;
    left.size = best.size;
    right.size = 0;
    left.next = right.next;
    if (left.next >= 0) symbols_[size_t(left.next)].previous = best.left;
    pushCandidate(left.previous);
    pushCandidate(best.left);
}

void ScoredBpeEncoder::writeIds(std::vector<int32_t>& ids) const
{
    bool afterUnknown = false;
    for (int32_t i = symbols_.empty() ? -1 : 0; i >= 0; i = symbols_[size_t(i)].next) {
        const Symbol& symbol = symbols_[size_t(i)];
        const std::string_view text = word_.substr(symbol.begin, symbol.size);
        const auto id = model_.findMergeable(text);
        if (id)
            ids.push_back(*id);
        else
            writeUnknown(text, afterUnknown, ids);
        afterUnknown = !id;
    }
}

void ScoredBpeEncoder::writeUnknown(std::string_view text, bool afterUnknown,
                                    std::vector<int32_t>& ids) const
{
    const auto pieceOf = [this](char byte) { return model_.bytePieces_[uint8_t(byte)]; };
    const bool spelled =
        model_.pieces_.byteFallback &&
        std::all_of(text.begin(), text.end(), [&](char byte) { return pieceOf(byte) >= 0; });
    if (spelled)
        for (const char byte : text)
            ids.push_back(pieceOf(byte));
    else if (model_.pieces_.unknown && !(afterUnknown && model_.pieces_.fuseUnknown))
        ids.push_back(*model_.pieces_.unknown);
}

} // namespace paretoscope::tokenizers
