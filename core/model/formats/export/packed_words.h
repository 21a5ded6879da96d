// Codes on their way from our packing to that of other libraries.
#pragma once

#include "core/model/formats/export/export.h"
#include "core/model/linear_weight.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// A packed map in plain numbers. With an order, column i of the codes is input order[i].
struct PlainCodes {
    int bits = 0;
    bool symmetric = false;
    int64_t rows = 0, columns = 0, groupSize = 0;
    std::vector<uint8_t> codes; // [rows, columns]
    std::vector<uint8_t> zeros; // [rows, groups]
    std::vector<uint16_t> scales; // [rows, groups] F16
    std::vector<int32_t> order;  // [columns], or empty

    int64_t groups() const { return columns / groupSize; }
};

// Nothing when the map is not made of packed groups.
std::optional<PlainCodes> plainCodes(const LinearWeight& map);
// Error(Unsupported) naming the map, the format and what would do, when it is not.
PlainCodes requireCodes(const std::string& name, const LinearWeight& map, const char* format);

// Codes of `bits`, low bits first, in 32-bit words without gaps; a code may lie in two words.
class WordPacker {
public:
    explicit WordPacker(int bits) : bits_(bits) {}
    // Words of values[0], values[stride], ...: ceil(count * bits / 32) of them, `wordStride` apart.
    void pack(const uint8_t* values, int64_t count, int64_t stride, uint32_t* words, int64_t wordStride) const;

private:
    int bits_;
};

Tensor integerTensor(const Shape& shape, std::span<const uint32_t> words); // I32
Tensor halfTensor(const Shape& shape, std::span<const uint16_t> halves);   // F16

} // namespace paretoscope
