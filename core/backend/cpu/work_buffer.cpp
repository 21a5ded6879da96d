#include "core/backend/cpu/work_buffer.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <new>

namespace paretoscope::cpu {

namespace {

struct Free {
    void operator()(float* p) const { std::free(p); } // NOLINT: pairs with aligned_alloc
};

struct Buffer {
    std::unique_ptr<float, Free> data;
    size_t capacity = 0;
};

} // namespace

float* workFloats(WorkSlot slot, size_t count)
{
    thread_local std::array<Buffer, size_t(WorkSlot::Count)> buffers;
    Buffer& buffer = buffers[size_t(slot)];
    if (buffer.capacity < count) {
        const size_t capacity = (count + count / 4 + 1024) / 16 * 16;
        buffer.data.reset();
        buffer.capacity = 0;
        auto* memory = static_cast<float*>(std::aligned_alloc(64, capacity * sizeof(float)));
        if (!memory) throw std::bad_alloc();
        buffer.data.reset(memory);
        buffer.capacity = capacity;
    }
    return buffer.data.get();
}

} // namespace paretoscope::cpu
