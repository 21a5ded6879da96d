#include "core/model/tokenizers/merge_table.h"

#include <bit>

namespace paretoscope::tokenizers {

MergeTable::MergeTable(size_t count)
    : slots_(std::bit_ceil(count * 2 + 2))
    , mask_(slots_.size() - 1)
{
}

void MergeTable::insert(int32_t left, int32_t right, Merge merge)
{
    size_t slot = slotOf(left, right);
    while (slots_[slot].merge.rank != none &&
           (slots_[slot].left != left || slots_[slot].right != right))
        slot = (slot + 1) & mask_;
    slots_[slot] = {left, right, merge};
}

} // namespace paretoscope::tokenizers
