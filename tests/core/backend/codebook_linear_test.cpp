// Products with codebooks against decoded rows in f64, and the map made of them.
#include "core/base/json.h"
#include "core/model/codebook_linear.h"
#include "core/tensor/packed_layout.h"
#include "kernel_tools.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

struct Form {
    int bits;
    int64_t books, groupSize, setRows;
    bool scales;
};

CodebookMatrix randomCodebooks(const Form& form, int64_t rows, int64_t columns)
{
    Random random(uint64_t(form.bits * 1000 + form.books * 100 + columns));
    CodebookMatrix matrix;
    matrix.bits = form.bits;
    matrix.books = form.books;
    matrix.groupSize = form.groupSize;
    matrix.setRows = form.setRows > 0 ? form.setRows : rows;
    matrix.rows = rows;
    matrix.columns = columns;
    auto memory = std::make_shared<std::vector<std::byte>>(1 + size_t(rows * matrix.rowBytes())); // ends where the allocation ends
    for (std::byte& byte : *memory) byte = std::byte(random.below(256));
    matrix.codes = {DType::U8, {rows, matrix.rowBytes()}, std::span<const std::byte>(*memory).subspan(1), memory};
    matrix.codebooks = unalignedTensor(DType::F16, {matrix.sets(), form.books, matrix.entries(), form.groupSize},
                                       normals(matrix.sets() * matrix.setFloats(), 5));
    if (form.scales) matrix.scales = unalignedTensor(DType::F16, {rows}, normals(rows, 6, 0.1));
    return matrix;
}

// Σ of the vectors that the packed codes name, bit by bit.
double weightByBits(const CodebookMatrix& matrix, int64_t row, int64_t column)
{
    const auto bytes = matrix.codes.bytes();
    double sum = 0;
    for (int64_t m = 0; m < matrix.books; ++m) {
        const int64_t place = (column / matrix.groupSize * matrix.books + m) * matrix.bits;
        int64_t code = 0;
        for (int b = 0; b < matrix.bits; ++b) {
            const int64_t bit = place + b;
            code |= int64_t((uint8_t(bytes[size_t(row * matrix.rowBytes() + bit / 8)]) >> (bit % 8)) & 1) << b;
        }
        float value = 0;
        const int64_t set = row / matrix.setRows;
        matrix.codebooks.toFloats(((set * matrix.books + m) * matrix.entries() + code) * matrix.groupSize + column % matrix.groupSize,
                                  {&value, 1});
        sum += double(value);
    }
    float scale = 1;
    if (!matrix.scales.empty()) matrix.scales.toFloats(row, {&scale, 1});
    return sum * double(scale);
}

const Form forms[] = {{8, 2, 8, 0, true}, {4, 4, 8, 0, true}, {5, 3, 8, 0, true},  {6, 1, 4, 0, true},  {8, 1, 16, 0, true},
                      {3, 1, 1, 0, false}, {4, 1, 1, 32, false}, {2, 3, 2, 0, true}, {7, 2, 32, 64, true}};

} // namespace

class CodebookLinearTest : public QObject {
    Q_OBJECT

private slots:
    void decodesByDefinition()
    {
        for (const Form& form : forms) {
            const CodebookLinear map(randomCodebooks(form, 70, 64));
            const std::vector<float> dense = map.toDense();
            for (int64_t r = 0; r < 70; ++r)
                for (int64_t c = 0; c < 64; ++c)
                    KERNEL_COMPARE(dense[size_t(r * 64 + c)], weightByBits(map.matrix(), r, c), 1e-5, map.description());
        }
    }

    void multiplies_data() { addTargets(); }
    void multiplies()
    {
        const UseTarget target;
        for (const Form& form : forms)
            for (const int64_t columns : {32, 96, 2080})
                for (const int64_t outputs : {5, 300})
                    for (const int64_t rows : {1, 3, 40}) {
                        const CodebookLinear map(randomCodebooks(form, outputs, columns));
                        const std::vector<float> activations = normals(rows * columns, 7), bias = normals(outputs, 8), dense = map.toDense();
                        PaddedMatrix x(rows, columns, activations), y(rows, outputs);
                        map.apply(*cpuBackend(), x.view(), bias.data(), y.view());
                        QVERIFY(y.paddingIntact());
                        for (int64_t m = 0; m < rows; ++m)
                            for (int64_t n = 0; n < outputs; n += outputs > 100 ? 13 : 1) {
                                const Dot exact = dot(x.view().row(m), dense.data() + n * columns, columns);
                                KERNEL_COMPARE(y.view().row(m)[n], exact.value + double(bias[size_t(n)]), 1e-5 * (exact.size + 1) * double(form.books),
                                               fmt::format("{}, [{}, {}], {} rows", map.description(), outputs, columns, rows));
                            }
                    }
    }

    void readsBackAndSelectsRows()
    {
        for (const Form& form : forms) {
            const CodebookLinear map(randomCodebooks(form, 128, 64));
            QCOMPARE(linearWeightFromTensors("codebooks", map.attributes(), map.tensors(), "map")->toDense(), map.toDense());
            const int64_t sets = form.setRows > 0 ? 128 / form.setRows : 1;
            QCOMPARE(map.storedBytes(), 128 * ((64 / form.groupSize * form.books * form.bits + 7) / 8) +
                                            2 * sets * form.books * (int64_t{1} << form.bits) * form.groupSize + (form.scales ? 256 : 0));
            const std::vector<float> all = map.toDense();
            const std::vector<RowRange> half{{64, 128}}, parts{{100, 128}, {1, 3}};
            QCOMPARE(map.selectRows(half)->toDense(), std::vector<float>(all.begin() + 64 * 64, all.end()));
            if (sets > 1) {
                PARETOSCOPE_EXPECT_ERROR(map.selectRows(parts), "cannot be split");
                continue;
            }
            std::vector<float> expected(all.begin() + 100 * 64, all.end());
            expected.insert(expected.end(), all.begin() + 64, all.begin() + 3 * 64);
            QCOMPARE(map.selectRows(parts)->toDense(), expected);
        }
    }

    void badFilesAreRefused()
    {
        const CodebookLinear map(randomCodebooks(forms[0], 16, 64));
        const auto read = [](const Json& attributes, const TensorMap& tensors) {
            return linearWeightFromTensors("codebooks", attributes, tensors, "map");
        };
        const auto with = [&](const char* field, int64_t value) {
            Json attributes = map.attributes();
            attributes[field] = value;
            return attributes;
        };
        PARETOSCOPE_EXPECT_ERROR(read(with("bits", 9), map.tensors()), "map: 'bits'");
        PARETOSCOPE_EXPECT_ERROR(read(with("bits", 7), map.tensors()), "map: codes have the wrong shape");
        PARETOSCOPE_EXPECT_ERROR(read(with("group_size", 3), map.tensors()), "map: the group size must be a power of two");
        PARETOSCOPE_EXPECT_ERROR(read(with("set_rows", 4), map.tensors()), "map: codebooks have the wrong shape");
        PARETOSCOPE_EXPECT_ERROR(read(with("rows", 17), map.tensors()), "map: codes have the wrong shape");
        PARETOSCOPE_EXPECT_ERROR(read(with("columns", 60), map.tensors()), "map: the group size does not divide");
        TensorMap tensors = map.tensors();
        tensors["scales"] = Tensor::zeros(DType::F16, {15});
        PARETOSCOPE_EXPECT_ERROR(read(map.attributes(), tensors), "map: scales have the wrong shape");
        tensors.erase("codes");
        PARETOSCOPE_EXPECT_ERROR(read(map.attributes(), tensors), "map: its 'codes' are missing");
    }
};

QTEST_GUILESS_MAIN(CodebookLinearTest)
#include "codebook_linear_test.moc"
