// Products with dense weights against sums in f64.
#include "core/backend/backend.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "kernel_tools.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

const std::vector<DType> weightTypes{DType::F32, DType::F16, DType::BF16, DType::F64};

void checkLinear(DType dtype, int64_t rows, int64_t outputs, int64_t inputs, bool withBias)
{
    const std::string where = fmt::format("{} [{}, {}] · [{}, {}]", traits(dtype).name, rows, inputs, outputs, inputs);
    const std::vector<float> activations = normals(rows * inputs, 1);
    const Tensor weight = unalignedTensor(dtype, {outputs, inputs}, normals(outputs * inputs, 2));
    const std::vector<float> stored = weight.toFloats();
    const std::vector<float> bias = normals(outputs, 3);
    PaddedMatrix x(rows, inputs, activations);
    PaddedMatrix y(rows, outputs);
    cpuBackend()->linear(x.view(), weight, withBias ? bias.data() : nullptr, y.view());
    for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < outputs; ++n) {
            Dot exact = dot(activations.data() + m * inputs, stored.data() + n * inputs, inputs);
            if (withBias) {
                exact.value += double(bias[size_t(n)]);
                exact.size += std::abs(double(bias[size_t(n)]));
            }
            KERNEL_COMPARE(y.view().row(m)[n], exact.value, dotTolerance(exact, inputs), where);
        }
    QVERIFY2(y.paddingIntact(), where.c_str());
}

} // namespace

class LinearTest : public QObject {
    Q_OBJECT

private slots:
    void smallSizes_data() { addTargets(); }
    void smallSizes()
    {
        const UseTarget target;
        for (const DType dtype : weightTypes)
            for (const int64_t rows : {1, 2, 3, 17, 33})
                for (const int64_t outputs : {1, 3, 17, 31, 33})
                    for (const int64_t inputs : {1, 3, 17, 31, 33, 64, 100})
                        checkLinear(dtype, rows, outputs, inputs, (outputs + inputs) % 2 == 1);
    }

    // Several threads, several strips of the inputs, several panels.
    void largeSizes_data() { addTargets(); }
    void largeSizes()
    {
        const UseTarget target;
        for (const DType dtype : weightTypes)
            for (const int64_t rows : {1, 5, 64, 130})
                for (const bool withBias : {false, true}) checkLinear(dtype, rows, 301, 2500, withBias);
    }

    void alignedWeightsAreUsedInPlace()
    {
        const int64_t inputs = 96;
        const std::vector<float> weights = normals(40 * inputs, 4);
        const Tensor weight = Tensor::fromFloats({40, inputs}, weights);
        for (const int64_t rows : {1, 7, 90}) {
            const std::vector<float> x = normals(rows * inputs, 5);
            std::vector<float> y(size_t(rows * 40));
            cpuBackend()->linear({x.data(), rows, inputs}, weight, nullptr, {y.data(), rows, 40});
            for (int64_t i = 0; i < rows * 40; ++i) {
                const Dot exact = dot(x.data() + i / 40 * inputs, weights.data() + i % 40 * inputs, inputs);
                KERNEL_COMPARE(y[size_t(i)], exact.value, dotTolerance(exact, inputs), "aligned");
            }
        }
    }

    void sizesThatContradictAreRefused()
    {
        const Tensor weight = Tensor::zeros(DType::F32, {4, 8});
        std::vector<float> memory(64);
        bool thrown = false;
        try {
            cpuBackend()->linear({memory.data(), 1, 7}, weight, nullptr, {memory.data() + 32, 1, 4});
        } catch (const Error& error) {
            thrown = error.code() == ErrorCode::Internal;
        }
        QVERIFY(thrown);
    }

    void noRowsAreNothing()
    {
        const Tensor weight = Tensor::zeros(DType::F16, {4, 8});
        cpuBackend()->linear({nullptr, 0, 8}, weight, nullptr, {nullptr, 0, 4});
    }

    void gemmInEveryTransposition()
    {
        for (const auto& [rows, columns, inner] : {std::array<int64_t, 3>{3, 5, 7}, {64, 33, 100}, {31, 130, 257}})
            for (const bool transposeA : {false, true})
                for (const bool transposeB : {false, true})
                    for (const bool accumulate : {false, true})
                        checkGemm(rows, columns, inner, transposeA, transposeB, accumulate);
    }

    void repeatsBitForBit()
    {
        const Tensor weight = unalignedTensor(DType::BF16, {300, 700}, normals(300 * 700, 6));
        for (const int64_t rows : {1, 8, 100}) {
            const std::vector<float> x = normals(rows * 700, 7);
            std::vector<float> first(size_t(rows * 300));
            std::vector<float> again(first.size());
            cpuBackend()->linear({x.data(), rows, 700}, weight, nullptr, {first.data(), rows, 300});
            for (int i = 0; i < 20; ++i) {
                cpuBackend()->linear({x.data(), rows, 700}, weight, nullptr, {again.data(), rows, 300});
                QVERIFY(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0);
            }
        }
    }

    void oneThreadAndMoreAgree()
    {
        const int before = threadCount();
        const Tensor weight = unalignedTensor(DType::F16, {257, 500}, normals(257 * 500, 8));
        const std::vector<float> stored = weight.toFloats();
        for (const int threads : {1, 3}) {
            setThreadCount(threads);
            QVERIFY(cpuBackend()->detail().find(fmt::format("{} threads", threads)) != std::string::npos);
            for (const int64_t rows : {1, 60}) {
                const std::vector<float> x = normals(rows * 500, 9);
                std::vector<float> y(size_t(rows * 257));
                cpuBackend()->linear({x.data(), rows, 500}, weight, nullptr, {y.data(), rows, 257});
                for (int64_t i = 0; i < rows * 257; ++i) {
                    const Dot exact = dot(x.data() + i / 257 * 500, stored.data() + i % 257 * 500, 500);
                    KERNEL_COMPARE(y[size_t(i)], exact.value, dotTolerance(exact, 500), "threads");
                }
            }
        }
        setThreadCount(before);
    }

    void detailNamesBlasAndInstructions()
    {
        const std::string detail = cpuBackend()->detail();
        QVERIFY2(detail.starts_with("OpenBLAS "), detail.c_str());
        QVERIFY2(detail.find("threads") != std::string::npos, detail.c_str());
    }

    void embedsRowsOfEveryType()
    {
        const int64_t width = 33;
        for (const DType dtype : weightTypes) {
            const Tensor table = unalignedTensor(dtype, {9, width}, normals(9 * width, 10));
            const std::vector<float> stored = table.toFloats();
            const std::vector<int32_t> ids{8, 0, 3, 3};
            PaddedMatrix y(4, width);
            cpuBackend()->embed(table, ids, 2.5f, y.view());
            for (int64_t r = 0; r < 4; ++r)
                for (int64_t c = 0; c < width; ++c)
                    QCOMPARE(y.view().row(r)[c], stored[size_t(ids[size_t(r)] * width + c)] * 2.5f);
            QVERIFY(y.paddingIntact());
        }
    }

    void convertsEverySixteenBitPattern_data() { addTargets(); }
    void convertsEverySixteenBitPattern()
    {
        const UseTarget target;
        for (const DType dtype : {DType::F16, DType::BF16}) {
            Tensor tensor = Tensor::zeros(dtype, {65536});
            const std::span<uint16_t> patterns = tensor.fill<uint16_t>();
            for (size_t i = 0; i < patterns.size(); ++i) patterns[i] = uint16_t(i);
            std::vector<float> result(65536 - 5);
            cpuBackend()->convert(tensor, 5, result);
            for (size_t i = 0; i < result.size(); ++i) {
                const auto pattern = uint16_t(i + 5);
                const float expected = dtype == DType::F16 ? halfToFloat(pattern) : bfloat16ToFloat(pattern);
                if (std::isnan(expected)) QVERIFY(std::isnan(result[i]));
                else QVERIFY(result[i] == expected && std::signbit(result[i]) == std::signbit(expected));
            }
        }
    }

private:
    static void checkGemm(int64_t rows, int64_t columns, int64_t inner, bool transposeA, bool transposeB,
                          bool accumulate)
    {
        const std::string where = fmt::format("{}x{}x{} {} {} {}", rows, columns, inner, transposeA, transposeB, accumulate);
        const std::vector<float> a = normals(rows * inner, 11);   // [rows, inner]
        const std::vector<float> b = normals(columns * inner, 12); // [columns, inner]
        const auto transposed = [](const std::vector<float>& m, int64_t r, int64_t c) {
            std::vector<float> result(m.size());
            for (int64_t i = 0; i < r; ++i)
                for (int64_t j = 0; j < c; ++j) result[size_t(j * r + i)] = m[size_t(i * c + j)];
            return result;
        };
        PaddedMatrix left = transposeA ? PaddedMatrix(inner, rows, transposed(a, rows, inner)) : PaddedMatrix(rows, inner, a);
        PaddedMatrix right = transposeB ? PaddedMatrix(columns, inner, b) : PaddedMatrix(inner, columns, transposed(b, columns, inner));
        const std::vector<float> start = normals(rows * columns, 13);
        PaddedMatrix y(rows, columns, start);
        cpuBackend()->gemm(transposeA, transposeB, 0.5f, left.view(), right.view(), accumulate, y.view());
        for (int64_t m = 0; m < rows; ++m)
            for (int64_t n = 0; n < columns; ++n) {
                Dot exact = dot(a.data() + m * inner, b.data() + n * inner, inner);
                const double base = accumulate ? double(start[size_t(m * columns + n)]) : 0;
                exact.value = 0.5 * exact.value + base;
                exact.size += std::abs(base);
                KERNEL_COMPARE(y.view().row(m)[n], exact.value, dotTolerance(exact, inner), where);
            }
        QVERIFY2(y.paddingIntact(), where.c_str());
    }
};

QTEST_GUILESS_MAIN(LinearTest)
#include "linear_test.moc"
