// Numbers in files are little-endian and may be unaligned.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace paretoscope {

static_assert(std::endian::native == std::endian::little,
              "mapped tensors are used as they lie in the file");

template <class T> T readLittleEndian(const void* source)
{
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, source, sizeof(T));
    return value;
}

template <class T> void writeLittleEndian(void* destination, T value)
{
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(destination, &value, sizeof(T));
}

} // namespace paretoscope
