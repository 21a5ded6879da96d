#include "core/attention/kv_cache.h"

#include "core/base/error.h"

#include <algorithm>

namespace paretoscope {

KeyValueSpan KvLayer::span(int64_t head) const
{
    const Head& h = heads_[size_t(head)];
    return {h.keys.data(), h.values.data(), h.positions.data(), int64_t(h.positions.size()),
            shape_.keyDim, shape_.valueDim};
}

float* KvLayer::key(int64_t head, int64_t slot)
{
    return heads_[size_t(head)].keys.data() + slot * shape_.keyDim;
}

float* KvLayer::value(int64_t head, int64_t slot)
{
    return heads_[size_t(head)].values.data() + slot * shape_.valueDim;
}

void KvLayer::append(ConstMatrixView keys, ConstMatrixView values, std::span<const int32_t> positions)
{
    if (keys.columns != shape_.kvHeads * shape_.keyDim || keys.rows != int64_t(positions.size()) ||
        values.columns != shape_.kvHeads * shape_.valueDim || values.rows != keys.rows)
        fail(ErrorCode::Internal, "keys and values do not fit the cache");
    for (size_t h = 0; h < heads_.size(); ++h) {
        Head& head = heads_[h];
        for (int64_t r = 0; r < keys.rows; ++r) {
            const float* key = keys.row(r) + int64_t(h) * shape_.keyDim;
            const float* value = values.row(r) + int64_t(h) * shape_.valueDim;
            head.keys.insert(head.keys.end(), key, key + shape_.keyDim);
            head.values.insert(head.values.end(), value, value + shape_.valueDim);
        }
        head.positions.insert(head.positions.end(), positions.begin(), positions.end());
    }
}

void KvLayer::reserve(int64_t tokens)
{
    for (Head& head : heads_) {
        head.keys.reserve(size_t(tokens * shape_.keyDim));
        head.values.reserve(size_t(tokens * shape_.valueDim));
        head.positions.reserve(size_t(tokens));
    }
}

void KvLayer::keep(int64_t headIndex, std::span<const int32_t> slots)
{
    Head& head = heads_[size_t(headIndex)];
    int64_t to = 0;
    for (const int32_t from : slots) {
        if (from < to || from >= size(headIndex)) // ascending slots never lie before their target
            fail(ErrorCode::Internal, "slots to keep must be ascending and exist");
        std::copy_n(key(headIndex, from), shape_.keyDim, key(headIndex, to));
        std::copy_n(value(headIndex, from), shape_.valueDim, value(headIndex, to));
        head.positions[size_t(to)] = head.positions[size_t(from)];
        ++to;
    }
    head.keys.resize(size_t(to * shape_.keyDim));
    head.values.resize(size_t(to * shape_.valueDim));
    head.positions.resize(size_t(to));
}

void KvLayer::truncateFrom(int32_t position)
{
    std::vector<int32_t> kept;
    for (int64_t h = 0; h < shape_.kvHeads; ++h) {
        kept.clear();
        for (int64_t slot = 0; slot < size(h); ++slot)
            if (this->position(h, slot) < position) kept.push_back(int32_t(slot));
        keep(h, kept);
    }
}

void KvLayer::clear()
{
    for (int64_t h = 0; h < shape_.kvHeads; ++h) keep(h, {});
}

int64_t KvLayer::allocatedBytes() const
{
    size_t bytes = 0;
    for (const Head& head : heads_)
        bytes += (head.keys.capacity() + head.values.capacity()) * sizeof(float) +
                 head.positions.capacity() * sizeof(int32_t);
    return int64_t(bytes);
}

int64_t KvLayer::slotCount() const
{
    int64_t total = 0;
    for (const Head& head : heads_) total += int64_t(head.positions.size());
    return total;
}

int64_t KvCache::nominalBytes() const
{
    int64_t bytes = 0;
    for (const KvLayer& layer : layers)
        bytes += layer.slotCount() * (layer.shape().keyDim + layer.shape().valueDim) * 2;
    return bytes;
}

int64_t KvCache::allocatedBytes() const
{
    int64_t bytes = 0;
    for (const KvLayer& layer : layers) bytes += layer.allocatedBytes();
    return bytes;
}

} // namespace paretoscope
