#include "core/model/tokenizers/bpe_word_encoder.h"

#include "core/base/error.h"
#include "core/model/tokenizers/unicode.h"

#include <algorithm>
#include <limits>

namespace paretoscope::tokenizers {

namespace {

constexpr size_t shortWord = 40; // symbols; below it a plain scan beats a heap

} // namespace

void BpeWordEncoder::encode(std::string_view word, std::vector<int32_t>& ids)
{
    if (model_.settings_.ignoreMerges) {
        if (const auto whole = model_.vocabulary_.find(word)) {
            ids.push_back(*whole);
            return;
        }
    }
    readSymbols(word);
    if (symbols_.size() <= shortWord)
        mergeShort(ids);
    else
        mergeLong(ids);
}

void BpeWordEncoder::readSymbols(std::string_view word)
{
    const BpeSettings& settings = model_.settings_;
    const bool decorated = !settings.continuingPrefix.empty() || !settings.endOfWordSuffix.empty();
    symbols_.clear();
    afterUnknown_ = false;
    for (size_t i = 0; i < word.size();) {
        const size_t begin = i;
        nextCharacter(word, i);
        std::string_view character = word.substr(begin, i - begin);
        if (decorated) {
            spelled_.clear();
            if (begin > 0) spelled_ += settings.continuingPrefix;
            spelled_ += character;
            if (i == word.size()) spelled_ += settings.endOfWordSuffix;
            character = spelled_;
        }
        if (const auto id = model_.vocabulary_.find(character)) {
            symbols_.push_back(*id);
            afterUnknown_ = false;
        } else {
            readUnknown(character);
        }
    }
}

void BpeWordEncoder::readUnknown(std::string_view character)
{
    const BpeSettings& settings = model_.settings_;
    const auto pieceOf = [this](char byte) { return model_.bytePieces_[uint8_t(byte)]; };
    if (settings.byteFallback && std::all_of(character.begin(), character.end(),
                                             [&](char byte) { return pieceOf(byte) >= 0; })) {
        for (const char byte : character)
            symbols_.push_back(pieceOf(byte));
        afterUnknown_ = false;
        return;
    }
    if (!settings.unknown) return;
    if (!(settings.fuseUnknown && afterUnknown_)) symbols_.push_back(*settings.unknown);
    afterUnknown_ = true;
}

void BpeWordEncoder::mergeShort(std::vector<int32_t>& ids)
{
    const auto rankOf = [this](size_t i) {
        return i + 1 < symbols_.size() ? model_.merges_.find(symbols_[i], symbols_[i + 1]).rank
                                       : MergeTable::none;
    };
    ranks_.resize(symbols_.size());
    for (size_t i = 0; i < symbols_.size(); ++i)
        ranks_[i] = rankOf(i);
    while (symbols_.size() > 1) {
        const auto cheapest = std::min_element(ranks_.begin(), ranks_.end());
        if (*cheapest == MergeTable::none) break;
        const auto i = size_t(cheapest - ranks_.begin());
        symbols_[i] = model_.merges_.find(symbols_[i], symbols_[i + 1]).result;
        symbols_.erase(symbols_.begin() + ptrdiff_t(i) + 1);
        ranks_.erase(ranks_.begin() + ptrdiff_t(i) + 1);
        ranks_[i] = rankOf(i);
        if (i > 0) ranks_[i - 1] = rankOf(i - 1);
    }
    ids.insert(ids.end(), symbols_.begin(), symbols_.end());
}

void BpeWordEncoder::pushCandidate(int32_t left)
{
    const int32_t right = left < 0 ? -1 : linked_[size_t(left)].next;
    if (right < 0) return;
    const Merge merge = model_.merges_.find(linked_[size_t(left)].id, linked_[size_t(right)].id);
    if (merge.rank == MergeTable::none) return;
    heap_.push_back({merge.rank, left, merge.result});
    std::push_heap(heap_.begin(), heap_.end());
}

void BpeWordEncoder::mergeLong(std::vector<int32_t>& ids)
{
    if (symbols_.size() > size_t(std::numeric_limits<int32_t>::max()))
        fail(ErrorCode::BadUsage, "a word of {} characters is too long to encode", symbols_.size());
    const auto count = int32_t(symbols_.size());
    linked_.resize(symbols_.size());
    for (int32_t i = 0; i < count; ++i)
        linked_[size_t(i)] = {symbols_[size_t(i)], i - 1, i + 1 < count ? i + 1 : -1};
    heap_.clear();
    for (int32_t i = 0; i + 1 < count; ++i)
        pushCandidate(i);
    while (!heap_.empty()) {
        std::pop_heap(heap_.begin(), heap_.end());
        const Candidate best = heap_.back();
        heap_.pop_back();
        Symbol& left = linked_[size_t(best.left)];
        if (left.id < 0 || left.next < 0) continue;
        Symbol& right = linked_[size_t(left.next)];
        // The pair may have changed since it was pushed.
        const Merge merge = model_.merges_.find(left.id, right.id);
        if (merge.rank != best.rank || merge.result != best.result) continue;
        left.id = best.result;
        right.id = -1;
        left.next = right.next;
        if (left.next >= 0) linked_[size_t(left.next)].previous = best.left;
        pushCandidate(left.previous);
        pushCandidate(best.left);
    }
    for (int32_t i = 0; i >= 0 && i < count; i = linked_[size_t(i)].next)
        ids.push_back(linked_[size_t(i)].id);
}

} // namespace paretoscope::tokenizers
