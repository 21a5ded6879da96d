// Merges of a byte-pair encoding, looked up by pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace paretoscope::tokenizers {

struct Merge {
    uint32_t rank; // lower merges first; MergeTable::none when the pair does not merge
    int32_t result;
};

// Open addressing: several lookups a character of text go through here. Thread-safe once filled.
class MergeTable {
public:
    static constexpr uint32_t none = UINT32_MAX;

    explicit MergeTable(size_t count = 0);
    // A later merge of the same pair replaces the earlier one. At most `count` different pairs.
    void insert(int32_t left, int32_t right, Merge merge);
    Merge find(int32_t left, int32_t right) const
    {
        for (size_t slot = slotOf(left, right);; slot = (slot + 1) & mask_) {
            const Slot& entry = slots_[slot];
            if (entry.left == left && entry.right == right) return entry.merge;
            if (entry.merge.rank == none) return entry.merge;
        }
    }

private:
    struct Slot {
        int32_t left = -1, right = -1;
        Merge merge{none, -1};
    };
    size_t slotOf(int32_t left, int32_t right) const
    {
        uint64_t key = uint64_t(uint32_t(left)) << 32 | uint32_t(right);
        key *= 0x9e3779b97f4a7c15ull;
        return size_t(key >> 29) & mask_;
    }

    std::vector<Slot> slots_;
    size_t mask_;
};

} // namespace paretoscope::tokenizers
