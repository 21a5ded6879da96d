// Keys and values of the tokens seen so far.
#pragma once

#include "core/backend/backend.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// How keys and values are stored. Rows are encoded when appended and read back as f32. The
// default stores f32 rows as they are.
//
// Immutable; thread-safe. What a codec needs a sequence, it keeps in the bytes it is given.
class KvCodec {
public:
    virtual ~KvCodec() = default;
    virtual std::string name() const = 0;
    // Bytes of one row of `dim` values, metadata included, as `kv_bytes_per_token` counts them.
    virtual double bytesPerRow(int64_t dim, bool isKey) const = 0;
    // What reading back gives: replaces the new rows [rows, dim] by decode(encode(rows)).
    virtual void roundTrip(MatrixView rows, bool isKey) const = 0;
};

struct KvLayerShape {
    int64_t kvHeads = 0;
    int64_t keyDim = 0;
    int64_t valueDim = 0;
};

// One layer's cache, ragged: each KV head has its own slots, in order of position unless a policy
// says otherwise. Single-threaded.
class KvLayer {
public:
    explicit KvLayer(const KvLayerShape& shape) : shape_(shape), heads_(size_t(shape.kvHeads)) {}

    const KvLayerShape& shape() const { return shape_; }
    int64_t size(int64_t head) const { return int64_t(heads_[size_t(head)].positions.size()); }
    int32_t position(int64_t head, int64_t slot) const
    {
        return heads_[size_t(head)].positions[size_t(slot)];
    }
    KeyValueSpan span(int64_t head) const;
    float* key(int64_t head, int64_t slot);
    float* value(int64_t head, int64_t slot);

    // keys [rows, kvHeads·keyDim], values [rows, kvHeads·valueDim].
    void append(ConstMatrixView keys, ConstMatrixView values, std::span<const int32_t> positions);
    // Makes room for `tokens` in all, so that appending does not allocate.
    void reserve(int64_t tokens);
    // Keeps these slots (ascending) of one head and forgets the others.
    void keep(int64_t head, std::span<const int32_t> slots);
    // Forgets every slot whose position is `position` or later.
    void truncateFrom(int32_t position);
    void clear();

    int64_t allocatedBytes() const;
    int64_t slotCount() const; // over all heads

private:
    struct Head {
        std::vector<float> keys;   // [slots, keyDim]
        std::vector<float> values; // [slots, valueDim]
        std::vector<int32_t> positions;
    };

    KvLayerShape shape_;
    std::vector<Head> heads_;
};

struct KvCache {
    std::vector<KvLayer> layers; // one a block
    // Length for which the keys' rotation was made; matters where rope scaling depends on it.
    int64_t rotatedForLength = 0;

    // 16-bit elements over the kept slots, as the method cards count (see KvCodec otherwise).
    int64_t nominalBytes() const;
    int64_t allocatedBytes() const;
};

} // namespace paretoscope
