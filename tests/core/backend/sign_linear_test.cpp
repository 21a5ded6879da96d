// Products with signs against f64, and the map made of them.
#include "core/base/json.h"
#include "core/model/sign_linear.h"
#include "kernel_tools.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Bits behind the last column are random; tensors end where their allocations end.
SignMatrix randomSigns(int64_t rows, int64_t columns)
{
    Random random(uint64_t(rows * 1000 + columns));
    SignMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    auto memory = std::make_shared<std::vector<std::byte>>(1 + size_t(rows * matrix.rowBytes()));
    for (std::byte& byte : *memory) byte = std::byte(random.below(256));
    matrix.signs = {DType::U8, {rows, matrix.rowBytes()}, std::span<const std::byte>(*memory).subspan(1), memory};
    matrix.rowScales = unalignedTensor(DType::F16, {rows}, normals(rows, 5));
    matrix.columnScales = unalignedTensor(DType::F16, {columns}, normals(columns, 6));
    return matrix;
}

} // namespace

class SignLinearTest : public QObject {
    Q_OBJECT

private slots:
    void productsAreThoseOfTheValues_data() { addTargets(); }
    void productsAreThoseOfTheValues()
    {
        const UseTarget target;
        for (const int64_t columns : {1, 15, 32, 33, 100, 192, 1000})
            for (const int64_t outputs : {1, 3, 21})
                for (const int64_t rows : {1, 2, 5, 37}) {
                    const SignLinear map(randomSigns(outputs, columns));
                    const std::vector<float> dense = map.toDense(), bias = normals(outputs, 3);
                    const std::vector<float> values = normals(rows * columns, uint64_t(columns));
                    PaddedMatrix x(rows, columns, values), y(rows, outputs);
                    map.apply(*cpuBackend(), x.view(), bias.data(), y.view());
                    QVERIFY(y.paddingIntact());
                    for (int64_t m = 0; m < rows; ++m)
                        for (int64_t n = 0; n < outputs; ++n) {
                            const Dot exact = dot(values.data() + m * columns, dense.data() + n * columns, columns);
                            KERNEL_COMPARE(y.view().row(m)[n], exact.value + double(bias[size_t(n)]),
                                           dotTolerance(exact, columns + 4) + 1e-6,
                                           fmt::format("[{}, {}], {} rows", outputs, columns, rows));
                        }
                }
    }

    void valuesAreSignsTimesScales()
    {
        const SignMatrix matrix = randomSigns(3, 11);
        const std::vector<float> rows = matrix.rowScales.toFloats(), columns = matrix.columnScales.toFloats();
        const std::vector<float> dense = SignLinear(matrix).LinearWeight::toDense();
        const auto* signs = reinterpret_cast<const uint8_t*>(matrix.signs.bytes().data());
        for (size_t r = 0; r < 3; ++r)
            for (size_t c = 0; c < 11; ++c) {
                const bool minus = signs[r * 2 + c / 8] >> (c % 8) & 1;
                QCOMPARE(dense[r * 11 + c], (minus ? -1.0f : 1.0f) * rows[r] * columns[c]);
            }
    }

    void readsBackAndSelectsRows()
    {
        const SignLinear map(randomSigns(12, 41));
        const LinearWeightPtr again = linearWeightFromTensors("signs", map.attributes(), map.tensors(), "map");
        QCOMPARE(again->toDense(), map.toDense());
        QCOMPARE(map.storedBytes(), int64_t(12 * 6 + 12 * 2 + 41 * 2));
        const std::vector<RowRange> ranges{{7, 12}, {1, 2}};
        const std::vector<float> all = map.toDense();
        std::vector<float> expected(all.begin() + 7 * 41, all.end());
        expected.insert(expected.end(), all.begin() + 41, all.begin() + 82);
        QCOMPARE(map.selectRows(ranges)->toDense(), expected);
    }

    void contradictionsAreRefused()
    {
        const SignLinear map(randomSigns(12, 41));
        TensorMap tensors = map.tensors();
        tensors["row_scales"] = Tensor::zeros(DType::F16, {11});
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("signs", map.attributes(), tensors, "map"),
                                 "map: scales of rows have the wrong shape");
        tensors = map.tensors();
        tensors["signs"] = Tensor::zeros(DType::U8, {12, 5});
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("signs", map.attributes(), tensors, "map"),
                                 "map: signs have the wrong shape");
        tensors.erase("signs");
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("signs", map.attributes(), tensors, "map"),
                                 "map: its 'signs' are missing");
    }
};

QTEST_GUILESS_MAIN(SignLinearTest)
#include "sign_linear_test.moc"
