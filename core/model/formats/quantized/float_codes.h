// Floats of 8 and 4 bits as tables.
#pragma once

#include "core/model/formats/checkpoint_source.h"

#include <string>

namespace paretoscope {

// Sign, four bits of exponent, three of mantissa, no infinities (Micikevicius et al. 2022,
// arXiv:2209.05433). The two codes that are no numbers are NaN.
float e4m3ToFloat(uint8_t code);
Tensor e4m3Table();   // F32 [256]; zero for the codes that are no numbers
Tensor signedTable(); // F32 [256]: two's complement
Tensor e2m1Table();   // F32 [16]: sign, two bits of exponent, one of mantissa

// The codes of an F8_E4M3 tensor as U8. Error(BadFile) for other types and for codes that are no
// numbers.
Tensor readFloat8(const CheckpointSource& source, const std::string& name, const Shape& shape);

// name.weight of F8_E4M3 or I8 with scales for groups of `groupRows` by `groupColumns`.
LinearWeightPtr eightBitMap(const CheckpointSource& source, const std::string& name, const Shape& shape,
                            Tensor scales, int64_t groupRows, int64_t groupColumns, Tensor offsets = {});

} // namespace paretoscope
