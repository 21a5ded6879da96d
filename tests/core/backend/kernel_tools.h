// Sample operands, f64 references and bounds for the tests of kernels.
#pragma once

#include "core/backend/backend.h"
#include "core/backend/cpu/simd_targets.h"
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/random.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <hwy/targets.h>
#include <limits>
#include <string>
#include <vector>

namespace paretoscope::test {

constexpr double epsilon = std::numeric_limits<float>::epsilon();

inline std::vector<float> normals(int64_t count, uint64_t seed, double scale = 1)
{
    Random random(seed);
    std::vector<float> values(size_t(count), 0.0f);
    for (float& value : values) value = float(random.normal() * scale);
    return values;
}

// A tensor of these values (rounded to dtype) whose bytes start at an odd address and end where
// their allocation ends.
inline Tensor unalignedTensor(DType dtype, const Shape& shape, const std::vector<float>& values)
{
    const size_t width = traits(dtype).sizeBytes;
    auto bytes = std::make_shared<std::vector<std::byte>>(1 + values.size() * width);
    for (size_t i = 0; i < values.size(); ++i) {
        std::byte* at = bytes->data() + 1 + i * width;
        const auto put = [&](auto element) { std::memcpy(at, &element, sizeof(element)); };
        if (dtype == DType::F16) put(floatToHalf(values[i]));
        else if (dtype == DType::BF16) put(floatToBfloat16(values[i]));
        else if (dtype == DType::F64) put(double(values[i]));
        else put(values[i]);
    }
    return {dtype, shape, std::span<const std::byte>(*bytes).subspan(1), bytes};
}

// Rows of `columns` values, `padding` more floats between them that must not change.
class PaddedMatrix {
public:
    PaddedMatrix(int64_t rows, int64_t columns, int64_t padding = 3)
        : storage_(size_t(rows * (columns + padding)), marker), rows_(rows), columns_(columns), padding_(padding)
    {
    }
    PaddedMatrix(int64_t rows, int64_t columns, const std::vector<float>& values, int64_t padding = 3)
        : PaddedMatrix(rows, columns, padding)
    {
        for (int64_t r = 0; r < rows; ++r)
            std::copy_n(values.begin() + r * columns, columns, view().row(r));
    }

    MatrixView view() { return {storage_.data(), rows_, columns_, columns_ + padding_}; }
    bool paddingIntact()
    {
        for (int64_t r = 0; r < rows_; ++r)
            for (int64_t c = columns_; c < columns_ + padding_; ++c)
                if (view().row(r)[c] != marker) return false;
        return true;
    }

private:
    static constexpr float marker = -12345.0f;
    std::vector<float> storage_;
    int64_t rows_;
    int64_t columns_;
    int64_t padding_;
};

// A dot product in f64 and the sum of the terms' sizes, which bounds its rounding error.
struct Dot {
    double value = 0;
    double size = 0;
};

inline Dot dot(const float* a, const float* b, int64_t count)
{
    Dot result;
    for (int64_t i = 0; i < count; ++i) {
        result.value += double(a[i]) * double(b[i]);
        result.size += std::abs(double(a[i]) * double(b[i]));
    }
    return result;
}

// Any order of summation of `count` products errs by less than this.
inline double dotTolerance(const Dot& exact, int64_t count)
{
    return epsilon * double(count + 2) * exact.size + 1e-37;
}

// Runs the tests once for each instruction set; name them in a data column `target`.
inline void addTargets()
{
    QTest::addColumn<qint64>("target");
    hwy::SetSupportedTargetsForTest(0);
    for (const int64_t target : hwy::SupportedAndGeneratedTargets())
        QTest::newRow(hwy::TargetName(target)) << qint64(target);
    QTest::newRow("all of the processor") << qint64(0); // kernels beyond Highway's targets
}

class UseTarget {
public:
    UseTarget()
    {
        QFETCH(qint64, target);
        select(target);
    }
    ~UseTarget() { select(0); }
    UseTarget(const UseTarget&) = delete;
    UseTarget& operator=(const UseTarget&) = delete;

private:
    static void select(int64_t target)
    {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
};

} // namespace paretoscope::test

// A NaN is never close. The text is made for failures only: kernels have millions of results.
#define KERNEL_COMPARE(actual, expected, tolerance, where)                                                   \
    do {                                                                                                     \
        const double actualValue = double(actual);                                                           \
        const double expectedValue = double(expected);                                                       \
        const double allowed = (tolerance);                                                                  \
        if (!(std::abs(actualValue - expectedValue) <= allowed))                                             \
            QFAIL(fmt::format("{}: {} instead of {}, allowed {}", where, actualValue, expectedValue, allowed) \
                      .c_str());                                                                             \
    } while (false)
