// Products with packed weights against the dequantized matrix in f64.
#include "core/backend/backend.h"
#include "core/tensor/packed_layout.h"
#include "kernel_tools.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

Tensor unalignedBytes(DType dtype, const Shape& shape, const std::vector<uint8_t>& bytes)
{
    auto memory = std::make_shared<std::vector<std::byte>>(1 + bytes.size());
    std::memcpy(memory->data() + 1, bytes.data(), bytes.size());
    return {dtype, shape, std::span<const std::byte>(*memory).subspan(1), memory};
}

// Rows of random codes below 2^bits, packed one row after another.
std::vector<uint8_t> randomCodes(Random& random, int64_t rows, int64_t columns, int bits)
{
    std::vector<uint8_t> all;
    for (int64_t r = 0; r < rows; ++r) {
        std::vector<uint8_t> codes(size_t(columns), 0);
        for (uint8_t& code : codes) code = uint8_t(random.below(uint64_t(1) << bits));
        std::vector<uint8_t> packed(size_t(packedBytes(columns, bits)));
        packCodes(codes, bits, packed);
        all.insert(all.end(), packed.begin(), packed.end());
    }
    return all;
}

PackedMatrix randomPacked(int bits, int64_t groupSize, bool symmetric, int64_t rows, int64_t columns)
{
    Random random(uint64_t(bits * 1000 + groupSize * 10 + symmetric));
    PackedMatrix matrix;
    matrix.bits = bits;
    matrix.groupSize = groupSize;
    matrix.symmetric = symmetric;
    matrix.rows = rows;
    matrix.columns = columns;
    const int64_t groups = columns / groupSize;
    matrix.codes = unalignedBytes(DType::U8, {rows, columns * bits / 8}, randomCodes(random, rows, columns, bits));
    std::vector<float> scales(size_t(rows * groups), 0.0f);
    for (float& scale : scales) scale = float(0.001 + 0.02 * random.uniform());
    matrix.scales = unalignedTensor(DType::F16, {rows, groups}, scales);
    if (!symmetric)
        matrix.zeros = unalignedBytes(DType::U8, {rows, packedBytes(groups, bits)}, randomCodes(random, rows, groups, bits));
    validatePacked(matrix, "sample");
    return matrix;
}

// Values as the layout defines them, from the bytes alone.
std::vector<float> dequantized(const PackedMatrix& matrix)
{
    std::vector<float> dense(size_t(matrix.rows * matrix.columns));
    for (int64_t r = 0; r < matrix.rows; ++r)
        dequantizeRow(matrix, r, std::span(dense).subspan(size_t(r * matrix.columns), size_t(matrix.columns)));
    return dense;
}

// Activations may be rounded to 16 bits within runs of at most 128 columns (or the group):
// half a unit of the run's largest value for every weight.
double roundingTolerance(const float* x, const float* w, int64_t columns)
{
    double total = 0;
    for (int64_t begin = 0; begin < columns; begin += 128) {
        double peak = 0;
        double weights = 0;
        for (int64_t k = begin; k < std::min(columns, begin + 128); ++k) {
            peak = std::max(peak, std::abs(double(x[k])));
            weights += std::abs(double(w[k]));
        }
        total += peak * weights / 65000;
    }
    return total;
}

void checkPacked(const PackedMatrix& matrix, int64_t rows, const std::vector<float>& activations, bool withBias,
                 double relative = 1e-4)
{
    const int64_t inputs = matrix.columns;
    const std::string where = fmt::format("{} bits, group {}, {}, [{}, {}], {} rows", matrix.bits, matrix.groupSize,
                                          matrix.symmetric ? "symmetric" : "asymmetric", matrix.rows, inputs, rows);
    const std::vector<float> dense = dequantized(matrix);
    const std::vector<float> bias = normals(matrix.rows, 3);
    PaddedMatrix x(rows, inputs, activations);
    PaddedMatrix y(rows, matrix.rows);
    cpuBackend()->linearPacked(x.view(), matrix, withBias ? bias.data() : nullptr, y.view());
    double errors = 0;
    double sizes = 0;
    for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < matrix.rows; ++n) {
            const float* w = dense.data() + n * inputs;
            const float* a = activations.data() + m * inputs;
            Dot exact = dot(a, w, inputs);
            if (withBias) {
                exact.value += double(bias[size_t(n)]);
                exact.size += std::abs(double(bias[size_t(n)]));
            }
            // Zero points are subtracted after the sum, so the codes' own size counts, too.
            const double tolerance = roundingTolerance(a, w, inputs) + 16 * dotTolerance(exact, inputs);
            const double value = double(y.view().row(m)[n]);
            KERNEL_COMPARE(value, exact.value, tolerance, where);
            errors += (value - exact.value) * (value - exact.value);
            // What the sum would be for signs at random: a result that cancels has no digits to keep.
            sizes += dot(w, w, inputs).value * dot(a, a, inputs).value / double(inputs);
        }
    QVERIFY2(std::sqrt(errors) <= relative * std::sqrt(sizes), where.c_str());
    QVERIFY2(y.paddingIntact(), where.c_str());
}

} // namespace

class PackedLinearTest : public QObject {
    Q_OBJECT

private slots:
    void everyWidthAndGroup_data() { addTargets(); }
    void everyWidthAndGroup()
    {
        const UseTarget target;
        for (int bits = minPackedBits; bits <= maxPackedBits; ++bits)
            for (const int64_t group : {8, 24, 32, 64, 128, 384})
                for (const bool symmetric : {false, true}) {
                    const PackedMatrix matrix = randomPacked(bits, group, symmetric, 21, 384);
                    for (const int64_t rows : {1, 4, 26})
                        checkPacked(matrix, rows, normals(rows * 384, 4), rows % 2 == 1);
                }
    }

    // Group sizes and rows that fit no vector.
    void oddSizes_data() { addTargets(); }
    void oddSizes()
    {
        const UseTarget target;
        for (const int64_t outputs : {1, 3, 17})
            for (int bits = minPackedBits; bits <= maxPackedBits; ++bits)
                for (const auto& [columns, group] : {std::pair<int64_t, int64_t>{8, 8}, {24, 3}, {40, 40}, {136, 17},
                                                    {104, 104}, {96, 32}, {160, 160}})
                    for (const bool symmetric : {false, true}) {
                        const PackedMatrix matrix = randomPacked(bits, group, symmetric, outputs, columns);
                        for (const int64_t rows : {1, 3, 33}) checkPacked(matrix, rows, normals(rows * columns, 5), false);
                    }
        // Eight bits fit any number of columns.
        for (const int64_t columns : {1, 3, 17, 31, 33, 100})
            for (const int64_t rows : {1, 4, 40})
                checkPacked(randomPacked(8, columns, false, 5, columns), rows, normals(rows * columns, 6), true);
    }

    void largeMatrices_data() { addTargets(); }
    void largeMatrices()
    {
        const UseTarget target;
        for (const int bits : {2, 3, 4, 8})
            for (const int64_t group : {128, 9216})
                for (const bool symmetric : {false, true}) {
                    const PackedMatrix matrix = randomPacked(bits, group, symmetric, 37, 9216);
                    for (const int64_t rows : {1, 26}) checkPacked(matrix, rows, normals(rows * 9216, 7), true);
                }
    }

    // Outliers a thousand times the rest, as language models have them (one of them takes the digits
    // of its whole block), and activations far from zero.
    void unevenActivations_data() { addTargets(); }
    void unevenActivations()
    {
        const UseTarget target;
        for (int bits = minPackedBits; bits <= maxPackedBits; ++bits) {
            const PackedMatrix matrix = randomPacked(bits, 128, false, 33, 512);
            std::vector<float> x = normals(512, 8);
            x[17] = 1000;
            x[400] = -700;
            checkPacked(matrix, 1, x, false, 3e-4);
            for (float& value : x) value = value * 0.01f + 5;
            checkPacked(matrix, 1, x, false);
            checkPacked(matrix, 1, std::vector<float>(512, 0.0f), false);
            for (float& value : x) value *= 1e-20f;
            checkPacked(matrix, 1, x, false);
        }
    }

    void notANumberStays_data() { addTargets(); }
    void notANumberStays()
    {
        const UseTarget target;
        const PackedMatrix matrix = randomPacked(4, 128, false, 9, 512);
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
            for (const int64_t rows : {1, 3}) {
                std::vector<float> x = normals(rows * 512, 9);
                x[200] = bad;
                std::vector<float> y(size_t(rows * 9));
                cpuBackend()->linearPacked({x.data(), rows, 512}, matrix, nullptr, {y.data(), rows, 9});
                for (size_t n = 0; n < 9; ++n) QVERIFY(!std::isfinite(y[n]));
                for (size_t n = 9; n < y.size(); ++n) QVERIFY(std::isfinite(y[n]));
            }
    }

    void repeatsBitForBit()
    {
        const PackedMatrix matrix = randomPacked(3, 64, false, 301, 1024);
        for (const int64_t rows : {1, 6, 50}) {
            const std::vector<float> x = normals(rows * 1024, 10);
            std::vector<float> first(size_t(rows * 301));
            std::vector<float> again(first.size());
            cpuBackend()->linearPacked({x.data(), rows, 1024}, matrix, nullptr, {first.data(), rows, 301});
            for (int i = 0; i < 20; ++i) {
                cpuBackend()->linearPacked({x.data(), rows, 1024}, matrix, nullptr, {again.data(), rows, 301});
                QVERIFY(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0);
            }
        }
    }
};

QTEST_GUILESS_MAIN(PackedLinearTest)
#include "packed_linear_test.moc"
