// Rotations against their definition in f64, integer products against exact sums, and the maps made of them.
#include "core/base/json.h"
#include "core/model/rotated_linear.h"
#include "core/tensor/hadamard.h"
#include "kernel_tools.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Q along the middle of [outer, order, inner], by its elements.
std::vector<double> rotatedByElements(const HadamardMatrix& matrix, bool transposed, int64_t inner, const std::vector<float>& x)
{
    const int64_t n = matrix.order();
    std::vector<double> y(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
        const int64_t row = int64_t(i) / inner % n, first = int64_t(i) - row * inner;
        for (int64_t c = 0; c < n; ++c)
            y[i] += (transposed ? matrix.at(c, row) : matrix.at(row, c)) * double(x[size_t(first + c * inner)]);
    }
    return y;
}

PackedMatrix randomRows(int bits, int64_t rows, int64_t columns)
{
    Random random(uint64_t(bits * 100000 + rows * 1000 + columns));
    const int64_t bytes = packedBytes(columns, bits);
    auto memory = std::make_shared<std::vector<std::byte>>(1 + size_t(rows * bytes)); // ends where the allocation ends
    for (std::byte& byte : *memory) byte = std::byte(random.below(256));
    PackedMatrix matrix;
    matrix.bits = bits;
    matrix.symmetric = true;
    matrix.rows = rows;
    matrix.columns = matrix.groupSize = columns;
    matrix.codes = {DType::U8, {rows, bytes}, std::span<const std::byte>(*memory).subspan(1), memory};
    std::vector<float> scales;
    for (int64_t r = 0; r < rows; ++r) scales.push_back(float(0.001 + 0.01 * random.uniform()));
    matrix.scales = unalignedTensor(DType::F16, {rows, 1}, scales);
    return matrix;
}

std::vector<float> product(const LinearWeight& map, const std::vector<float>& activations, int64_t rows, const float* bias)
{
    PaddedMatrix x(rows, map.inputs(), activations), y(rows, map.outputs());
    map.apply(*cpuBackend(), x.view(), bias, y.view());
    if (!y.paddingIntact()) qFatal("padding was overwritten");
    std::vector<float> values;
    for (int64_t m = 0; m < rows; ++m) values.insert(values.end(), y.view().row(m), y.view().row(m) + map.outputs());
    return values;
}

} // namespace

class RotatedLinearTest : public QObject {
    Q_OBJECT

private slots:
    // QQᵀ = I within 1e-6; with a Hadamard matrix all elements are ±1/√n, else at most √2 times that for the
    // odd part; Sylvester's is its own inverse.
    void orthonormal()
    {
        for (const int64_t n : {1, 2, 3, 4, 6, 7, 8, 12, 20, 24, 28, 36, 40, 44, 60, 64, 76, 84, 86, 108, 140, 176, 192, 344}) {
            const HadamardMatrix q(n);
            QCOMPARE(q.order(), n);
            for (int64_t i = 0; i < n; ++i)
                for (int64_t j = 0; j <= i; ++j) {
                    double sum = 0;
                    for (int64_t k = 0; k < n; ++k) sum += q.at(i, k) * q.at(j, k);
                    QVERIFY2(std::abs(sum - (i == j)) < 1e-6, qPrintable(QString::number(n)));
                    const double limit = q.flat() ? 1 : std::sqrt(2.0);
                    QVERIFY(std::abs(q.at(i, j)) * std::sqrt(double(n)) < limit + 1e-6);
                    if (q.flat()) QVERIFY(std::abs(q.at(i, j)) * std::sqrt(double(n)) > 1 - 1e-6);
                }
        }
        for (const int64_t n : {12, 20, 28, 36, 44, 64, 76, 176, 192, 896, 11008 / 43 * 28}) QVERIFY(HadamardMatrix(n).flat());
        for (const int64_t n : {6, 86, 11008}) QVERIFY(!HadamardMatrix(n).flat());
        const HadamardMatrix sylvester(64);
        for (int64_t i = 0; i < 64; ++i)
            for (int64_t j = 0; j < i; ++j) QCOMPARE(sylvester.at(i, j), sylvester.at(j, i));
        PARETOSCOPE_EXPECT_ERROR(HadamardMatrix(0), "no rotation has the order 0");
        PARETOSCOPE_EXPECT_ERROR(HadamardMatrix(4099), "4099 channels have no fast rotation");
    }

    void rotates_data() { addTargets(); }
    void rotates()
    {
        const UseTarget target;
        for (const int64_t order : {1, 2, 4, 6, 8, 12, 32, 44, 192, 256})
            for (const int64_t inner : {1, 2, 3, 5, 16, 40})
                for (const bool transposed : {false, true}) {
                    const HadamardMatrix matrix(order);
                    const int64_t columns = 2 * order * inner;
                    const std::vector<float> x = normals(3 * columns, uint64_t(order));
                    PaddedMatrix y(3, columns, x);
                    compressedProducts(*cpuBackend()).rotate(matrix, transposed, inner, y.view());
                    QVERIFY(y.paddingIntact());
                    for (int64_t m = 0; m < 3; ++m) {
                        const std::vector<float> row(x.begin() + m * columns, x.begin() + (m + 1) * columns);
                        const std::vector<double> expected = rotatedByElements(matrix, transposed, inner, row);
                        for (int64_t c = 0; c < columns; ++c)
                            KERNEL_COMPARE(y.view().row(m)[c], expected[size_t(c)], 2e-5, fmt::format("order {}, inner {}", order, inner));
                    }
                }
    }

    // The map W Q does not see that its inputs are rotated.
    void rotatedMap()
    {
        const std::vector<float> weights = normals(5 * 48, 2), x = normals(7 * 48, 3), bias = normals(5, 4);
        const auto inner = std::make_shared<DenseLinear>(Tensor::fromFloats({5, 48}, weights));
        const RotatedLinear map(inner, {12, 4});
        const std::vector<float> dense = map.toDense(), y = product(map, x, 7, bias.data());
        for (int64_t m = 0; m < 7; ++m)
            for (int64_t n = 0; n < 5; ++n) {
                const Dot exact = dot(x.data() + m * 48, dense.data() + n * 48, 48);
                KERNEL_COMPARE(y[size_t(m * 5 + n)], exact.value + double(bias[size_t(n)]), 1e-5 * (exact.size + 1), "rotated");
            }
        const LinearWeightPtr again = linearWeightFromTensors("rotated", map.attributes(), map.tensors(), "map");
        QCOMPARE(again->toDense(), dense);
        const std::vector<RowRange> ranges{{3, 5}};
        QCOMPARE(map.selectRows(ranges)->toDense(), std::vector<float>(dense.begin() + 3 * 48, dense.end()));
        PARETOSCOPE_EXPECT_ERROR(RotatedLinear(inner, {5, 1}), "a rotation of 5 by 1 does not fit 48 inputs");
        Json attributes = map.attributes();
        attributes["order"] = 7;
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("rotated", attributes, map.tensors(), "map"), "map: a rotation of 7 by 4");
        attributes["inner"] = "rotated";
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("rotated", attributes, map.tensors(), "map"), "a rotation inside a rotation");
    }

    // Integers that need no rounding: the sums are exact, and only the scales round.
    void integersAreExact_data() { addTargets(); }
    void integersAreExact()
    {
        const UseTarget target;
        for (const int bits : {2, 3, 4, 5, 8})
            for (const int activationBits : {4, 8})
                for (const int64_t columns : {8, 40, 64, 200, 1000})
                    for (const int64_t rows : {1, 2, 37}) {
                        const IntegerLinear map(randomRows(bits, 21, columns), {activationBits, 1});
                        const int64_t most = (1 << (activationBits - 1)) - 1;
                        Random random{uint64_t(columns)};
                        std::vector<float> x;
                        for (int64_t i = 0; i < rows * columns; ++i) x.push_back(float(random.between(-most, most)));
                        for (int64_t m = 0; m < rows; ++m) x[size_t(m * columns)] = float(m % 2 ? most : -most);
                        const std::vector<float> bias = normals(21, 3), dense = map.toDense(), y = product(map, x, rows, bias.data());
                        for (int64_t m = 0; m < rows; ++m)
                            for (int64_t n = 0; n < 21; ++n) {
                                const Dot exact = dot(x.data() + m * columns, dense.data() + n * columns, columns);
                                KERNEL_COMPARE(y[size_t(m * 21 + n)], exact.value + double(bias[size_t(n)]),
                                               1e-6 * (exact.size + 1), fmt::format("{} bits, {} columns, {} rows", bits, columns, rows));
                            }
                    }
    }

    // Rounding as it is defined: x̂ = s · clamp(round(x / s)) with s = clip · max|x| / most.
    void roundsAndCuts_data() { addTargets(); }
    void roundsAndCuts()
    {
        const UseTarget target;
        for (const float clip : {1.0f, 0.9f, 0.5f}) {
            const IntegerLinear map(randomRows(4, 9, 72), {4, clip});
            std::vector<float> x = normals(5 * 72, 7);
            const std::vector<float> dense = map.toDense(), y = product(map, x, 5, nullptr);
            for (int64_t m = 0; m < 5; ++m) {
                float peak = 0;
                for (int64_t k = 0; k < 72; ++k) peak = std::max(peak, std::abs(x[size_t(m * 72 + k)]));
                const float step = clip * peak / 7;
                for (int64_t k = 0; k < 72; ++k) {
                    float& value = x[size_t(m * 72 + k)];
                    value = step * std::clamp(std::nearbyint(value / step), -7.0f, 7.0f);
                }
                for (int64_t n = 0; n < 9; ++n) {
                    const Dot exact = dot(x.data() + m * 72, dense.data() + n * 72, 72);
                    KERNEL_COMPARE(y[size_t(m * 9 + n)], exact.value, 1e-5 * (exact.size + 1), "rounded activations");
                }
            }
        }
    }

    void specialValues_data() { addTargets(); }
    void specialValues()
    {
        const UseTarget target;
        const IntegerLinear map(randomRows(4, 9, 70), {4, 0.9f});
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

    void integerMapReadsBack()
    {
        const IntegerLinear map(randomRows(4, 12, 40), {4, 0.9f});
        QCOMPARE(map.storedBytes(), int64_t(12 * 20 + 12 * 2));
        const LinearWeightPtr again = linearWeightFromTensors("integer", map.attributes(), map.tensors(), "map");
        const std::vector<float> x = normals(40, 5);
        QCOMPARE(product(*again, x, 1, nullptr), product(map, x, 1, nullptr));
        const std::vector<RowRange> ranges{{7, 12}};
        const std::vector<float> dense = map.toDense();
        QCOMPARE(map.selectRows(ranges)->toDense(), std::vector<float>(dense.begin() + 7 * 40, dense.end()));
        for (const auto& [field, value] : std::map<std::string, Json>{{"activation_bits", 9}, {"activation_clip", 0}, {"bits", 9}}) {
            Json attributes = map.attributes();
            attributes[field] = value;
            PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("integer", attributes, map.tensors(), "map"), "map: ");
        }
        TensorMap tensors = map.tensors();
        tensors.erase("scales");
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("integer", map.attributes(), tensors, "map"), "map: its 'scales' are missing");
        PARETOSCOPE_EXPECT_ERROR(IntegerLinear(randomRows(4, 1, IntegerLinear::mostInputs + 2), {4, 1}), "more than 32-bit sums hold");
    }
};

QTEST_GUILESS_MAIN(RotatedLinearTest)
#include "rotated_linear_test.moc"
