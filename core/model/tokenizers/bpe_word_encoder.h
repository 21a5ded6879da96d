// One thread's work of a BpeModel.
#pragma once

#include "core/model/tokenizers/bpe_model.h"

#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

class BpeWordEncoder : public WordEncoder {
public:
    explicit BpeWordEncoder(const BpeModel& model)
        : model_(model)
    {
    }
    void encode(std::string_view word, std::vector<int32_t>& ids) override;

private:
    struct Symbol {
        int32_t id;
        int32_t previous, next; // indices, -1 at the ends; a merged-away symbol has id -1
    };
    struct Candidate {
        uint32_t rank;
        int32_t left; // index of the left symbol
        int32_t result;
        // The cheapest candidate is on top of a heap; the leftmost among equals.
        bool operator<(const Candidate& other) const
        {
            return rank != other.rank ? rank > other.rank : left > other.left;
        }
    };

    void readSymbols(std::string_view word);
    void readUnknown(std::string_view character);
    void mergeShort(std::vector<int32_t>& ids);
    void mergeLong(std::vector<int32_t>& ids);
    void pushCandidate(int32_t left);

    const BpeModel& model_;
    std::vector<int32_t> symbols_; // ids of the characters of the word at hand
    bool afterUnknown_ = false;
    std::vector<uint32_t> ranks_; // mergeShort: rank of each pair
    std::vector<Symbol> linked_;  // mergeLong
    std::vector<Candidate> heap_;
    std::string spelled_;
};

} // namespace paretoscope::tokenizers
