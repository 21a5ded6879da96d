// The only door to OpenBLAS for the kernels.
//
// Kernels split their work with parallelFor and call a serial sgemm on every part: one set of
// threads then does everything, and no idle OpenBLAS thread spins beside it. Outside of kernels
// (LAPACK) OpenBLAS uses threadCount() threads of its own.
#pragma once

#include "core/backend/matrix.h"

#include <cstdint>
#include <string>

namespace paretoscope::cpu {

// While one lives, OpenBLAS runs serially. Nests; may live on several threads.
class SerialBlas {
public:
    SerialBlas();
    ~SerialBlas();
    SerialBlas(const SerialBlas&) = delete;
    SerialBlas& operator=(const SerialBlas&) = delete;
};

// y (+)= alpha · op(a) · op(b), on the calling thread under a SerialBlas.
void multiply(bool transposeA, bool transposeB, float alpha, ConstMatrixView a, ConstMatrixView b,
              bool accumulate, MatrixView y);

std::string blasDetail(); // "OpenBLAS 0.3.21 (Zen)"

} // namespace paretoscope::cpu
