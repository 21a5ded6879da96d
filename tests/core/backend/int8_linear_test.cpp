// Eight-bit products against f64, and the map made of them.
#include "core/base/json.h"
#include "core/model/int8_linear.h"
#include "kernel_tools.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

PackedMatrix randomInt8(int64_t rows, int64_t columns)
{
    Random random(uint64_t(rows * 1000 + columns));
    auto memory = std::make_shared<std::vector<std::byte>>(1 + size_t(rows * columns)); // ends where the allocation ends
    for (std::byte& byte : *memory) byte = std::byte(1 + random.below(255));
    PackedMatrix matrix;
    matrix.bits = 8;
    matrix.symmetric = true;
    matrix.rows = rows;
    matrix.columns = matrix.groupSize = columns;
    matrix.codes = {DType::U8, {rows, columns}, std::span<const std::byte>(*memory).subspan(1), memory};
    std::vector<float> scales;
    for (int64_t r = 0; r < rows; ++r) scales.push_back(float(0.001 + 0.01 * random.uniform()));
    matrix.scales = unalignedTensor(DType::F16, {rows, 1}, scales);
    return matrix;
}

std::vector<float> product(const Int8Linear& map, const std::vector<float>& activations, int64_t rows, const float* bias)
{
    PaddedMatrix x(rows, map.inputs(), activations), y(rows, map.outputs());
    map.apply(*cpuBackend(), x.view(), bias, y.view());
    if (!y.paddingIntact()) qFatal("padding was overwritten");
    std::vector<float> values;
    for (int64_t m = 0; m < rows; ++m) values.insert(values.end(), y.view().row(m), y.view().row(m) + map.outputs());
    return values;
}

} // namespace

class Int8LinearTest : public QObject {
    Q_OBJECT

private slots:
    // Integers up to 127 are not rounded: the sums are exact, and only the scales round.
    void integersAreExact_data() { addTargets(); }
    void integersAreExact()
    {
        const UseTarget target;
        for (const int64_t columns : {1, 15, 64, 100, 192, 1000})
            for (const int64_t outputs : {1, 3, 8, 21})
                for (const int64_t rows : {1, 2, 5, 37}) {
                    const Int8Linear map(randomInt8(outputs, columns));
                    Random random{uint64_t(columns)};
                    std::vector<float> x;
                    for (int64_t i = 0; i < rows * columns; ++i) x.push_back(float(random.below(255)) - 127);
                    for (int64_t m = 0; m < rows; ++m) x[size_t(m * columns)] = m % 2 ? 127 : -127;
                    const std::vector<float> bias = normals(outputs, 3), dense = map.toDense();
                    const std::vector<float> y = product(map, x, rows, bias.data());
                    for (int64_t m = 0; m < rows; ++m)
                        for (int64_t n = 0; n < outputs; ++n) {
                            const Dot exact = dot(x.data() + m * columns, dense.data() + n * columns, columns);
                            KERNEL_COMPARE(y[size_t(m * outputs + n)], exact.value + double(bias[size_t(n)]),
                                           1e-6 * (exact.size + 1), fmt::format("[{}, {}], {} rows", outputs, columns, rows));
                        }
                }
    }

    // Others lose at most half a 127th of the row's largest value.
    void roundingIsBounded_data() { addTargets(); }
    void roundingIsBounded()
    {
        const UseTarget target;
        for (const int64_t rows : {1, 30}) {
            const Int8Linear map(randomInt8(33, 300));
            const std::vector<float> x = normals(rows * 300, 7), dense = map.toDense();
            const std::vector<float> y = product(map, x, rows, nullptr);
            for (int64_t m = 0; m < rows; ++m) {
                double peak = 0;
                for (int64_t k = 0; k < 300; ++k) peak = std::max(peak, std::abs(double(x[size_t(m * 300 + k)])));
                for (int64_t n = 0; n < 33; ++n) {
                    const Dot exact = dot(x.data() + m * 300, dense.data() + n * 300, 300);
                    double weights = 0;
                    for (int64_t k = 0; k < 300; ++k) weights += std::abs(double(dense[size_t(n * 300 + k)]));
                    KERNEL_COMPARE(y[size_t(m * 33 + n)], exact.value, 1.001 * weights * peak / 254 + 1e-5 * exact.size, "rounding");
                }
            }
        }
    }

    // As many products of the largest size as 32 bits hold.
    void longestRows_data() { addTargets(); }
    void longestRows()
    {
        const UseTarget target;
        PackedMatrix matrix = randomInt8(2, Int8Linear::mostInputs);
        matrix.codes = Tensor::zeros(DType::U8, {2, Int8Linear::mostInputs});
        std::fill(matrix.codes.fill<uint8_t>().begin(), matrix.codes.fill<uint8_t>().end(), uint8_t{255});
        const Int8Linear map(matrix);
        const std::vector<float> y = product(map, std::vector<float>(size_t(Int8Linear::mostInputs), -1.0f), 1, nullptr);
        const std::vector<float> scales = matrix.scales.toFloats();
        for (size_t n = 0; n < 2; ++n)
            QVERIFY(std::abs(double(y[n]) / (-127.0 * double(scales[n]) * double(Int8Linear::mostInputs)) - 1) < 1e-5);
        PARETOSCOPE_EXPECT_ERROR(Int8Linear(randomInt8(1, Int8Linear::mostInputs + 1)), "more than 32-bit sums hold");
    }

    void specialValues_data() { addTargets(); }
    void specialValues()
    {
        const UseTarget target;
        const Int8Linear map(randomInt8(9, 70));
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            std::vector<float> x = normals(3 * 70, 9);
            x[69] = bad;
            std::fill(x.begin() + 140, x.end(), 0.0f);
            const std::vector<float> y = product(map, x, 3, nullptr);
            for (size_t n = 0; n < 9; ++n) QVERIFY(std::isnan(y[n]));
            for (size_t n = 9; n < 18; ++n) QVERIFY(std::isfinite(y[n]));
            for (size_t n = 18; n < 27; ++n) QCOMPARE(y[n], 0.0f);
        }
    }

    void readsBackAndSelectsRows()
    {
        const Int8Linear map(randomInt8(12, 40));
        const LinearWeightPtr again = linearWeightFromTensors("int8", map.attributes(), map.tensors(), "map");
        QCOMPARE(again->toDense(), map.toDense());
        QCOMPARE(map.storedBytes(), int64_t(12 * 40 + 12 * 2));
        const std::vector<RowRange> ranges{{7, 12}, {1, 2}};
        const std::vector<float> all = map.toDense();
        std::vector<float> expected(all.begin() + 7 * 40, all.end());
        expected.insert(expected.end(), all.begin() + 40, all.begin() + 80);
        QCOMPARE(map.selectRows(ranges)->toDense(), expected);
        TensorMap tensors = map.tensors();
        tensors["scales"] = Tensor::zeros(DType::F16, {12, 2});
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("int8", map.attributes(), tensors, "map"), "map: scales have the wrong shape");
        tensors.erase("scales");
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("int8", map.attributes(), tensors, "map"), "map: its 'scales' are missing");
    }
};

QTEST_GUILESS_MAIN(Int8LinearTest)
#include "int8_linear_test.moc"
