#include "core/backend/scratch.h"

#include <algorithm>
#include <new>

namespace paretoscope {

namespace {
constexpr std::align_val_t alignment{64};
constexpr size_t floatsPerLine = 16;
constexpr size_t smallestBlock = size_t{1} << 18; // 1 MiB
} // namespace

void Scratch::Free::operator()(float* p) const
{
    ::operator delete[](p, alignment);
}

MatrixView Scratch::matrix(int64_t rows, int64_t columns)
{
    const size_t wanted = std::max<size_t>(1, size_t(rows * columns) + floatsPerLine - 1) / floatsPerLine *
                          floatsPerLine;
    while (block_ < blocks_.size() && used_ + wanted > blocks_[block_].capacity) {
        ++block_;
        used_ = 0;
    }
    if (block_ == blocks_.size()) {
        const size_t last = blocks_.empty() ? 0 : blocks_.back().capacity;
        const size_t capacity = std::max({wanted, smallestBlock, std::min(2 * last, wanted * 4)});
        blocks_.push_back({std::unique_ptr<float[], Free>(static_cast<float*>(
                               ::operator new[](capacity * sizeof(float), alignment))),
                           capacity});
        used_ = 0;
    }
    float* data = blocks_[block_].data.get() + used_;
    used_ += wanted;
    return {data, rows, columns};
}

void Scratch::reset()
{
    block_ = 0;
    used_ = 0;
}

int64_t Scratch::reservedBytes() const
{
    size_t floats = 0;
    for (const Block& block : blocks_) floats += block.capacity;
    return int64_t(floats * sizeof(float));
}

void Scratch::release(Mark mark)
{
    block_ = mark.block;
    used_ = mark.used;
}

} // namespace paretoscope
