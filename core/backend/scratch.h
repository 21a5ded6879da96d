// Memory for activations that live for one forward pass.
#pragma once

#include "core/backend/matrix.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace paretoscope {

// A bump allocator: `reset` takes everything back at once; blocks are kept, so that a decode loop
// allocates nothing after its first steps. Single-threaded.
class Scratch {
public:
    MatrixView matrix(int64_t rows, int64_t columns); // not initialized, 64-byte aligned
    float* floats(int64_t count) { return matrix(1, count).data; }

    void reset();
    int64_t reservedBytes() const;

    // What `release(mark())` takes back is everything taken since the mark.
    struct Mark {
        size_t block;
        size_t used;
    };
    Mark mark() const { return {block_, used_}; }
    void release(Mark mark);

private:
    struct Free {
        void operator()(float* p) const;
    };
    struct Block {
        std::unique_ptr<float[], Free> data;
        size_t capacity;
    };

    std::vector<Block> blocks_;
    size_t block_ = 0; // the block in use
    size_t used_ = 0;  // floats used of it
};

} // namespace paretoscope
