// Products with codes that have real zero points, and with sparse rows, against f64; and the maps
// made of them: what they store, read back and refuse.
#include "core/backend/compressed_products.h"
#include "core/base/json.h"
#include "core/model/affine_linear.h"
#include "core/model/lookup_linear.h"
#include "kernel_tools.h"
#include "tests/test_data.h"

#include <set>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

Tensor unalignedBytes(const Shape& shape, Random& random)
{
    auto memory = std::make_shared<std::vector<std::byte>>(1 + size_t(elementCount(shape)));
    for (std::byte& byte : *memory) byte = std::byte(random.below(256));
    return {DType::U8, shape, std::span<const std::byte>(*memory).subspan(1), memory};
}

// Code `index` of packed codes, bit by bit as the layout says.
int codeAt(const Tensor& packed, int64_t row, int64_t index, int bits)
{
    int code = 0;
    for (int b = 0; b < bits; ++b) {
        const int64_t bit = index * bits + b;
        const uint8_t byte = packed.view<uint8_t>()[size_t(row * packed.extent(1) + bit / 8)];
        code |= ((byte >> (bit % 8)) & 1) << b;
    }
    return code;
}

struct NumberKind {
    int bits; // 0: 16-bit floats
    int64_t sharedRows;
};

GroupNumbers randomNumbers(Random& random, NumberKind kind, int64_t rows, int64_t groups, double low, double high)
{
    GroupNumbers numbers;
    const auto between = [&] { return float(low + (high - low) * random.uniform()); };
    std::vector<float> values;
    if (kind.bits == 0) {
        for (int64_t i = 0; i < rows * groups; ++i) values.push_back(between());
        numbers.values = unalignedTensor(DType::F16, {rows, groups}, values);
        return numbers;
    }
    numbers.bits = kind.bits;
    numbers.sharedRows = kind.sharedRows;
    numbers.codes = unalignedBytes({rows, packedBytes(groups, kind.bits)}, random);
    const int64_t grids = (rows + kind.sharedRows - 1) / kind.sharedRows;
    for (int64_t i = 0; i < grids * groups; ++i) {
        values.push_back(between() / float(1 << kind.bits));
        values.push_back(float(-4 * random.uniform()));
    }
    numbers.grids = unalignedTensor(DType::F16, {grids, groups, 2}, values);
    return numbers;
}

AffineMatrix randomAffine(int bits, int64_t groupSize, NumberKind kind, int64_t rows, int64_t columns)
{
    Random random(uint64_t(bits * 1000 + groupSize * 10 + kind.bits));
    AffineMatrix matrix;
    matrix.bits = bits;
    matrix.groupSize = groupSize;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.codes = unalignedBytes({rows, columns * bits / 8}, random);
    matrix.scales = randomNumbers(random, kind, rows, columns / groupSize, 0.001, 0.02);
    matrix.zeros = randomNumbers(random, kind, rows, columns / groupSize, -1, (1 << bits) + 1);
    validateAffine(matrix, "sample");
    return matrix;
}

double numberAt(const GroupNumbers& numbers, int64_t row, int64_t group, int64_t groups)
{
    if (!numbers.twoLevel()) return double(numbers.values.toFloats()[size_t(row * groups + group)]);
    const std::vector<float> grids = numbers.grids.toFloats();
    const auto grid = 2 * size_t(row / numbers.sharedRows * groups + group);
    return double(grids[grid]) * (codeAt(numbers.codes, row, group, numbers.bits) - double(grids[grid + 1]));
}

// The layout's formula in f64, from the bytes alone.
std::vector<float> denseOf(const AffineMatrix& matrix)
{
    std::vector<float> dense;
    for (int64_t r = 0; r < matrix.rows; ++r)
        for (int64_t g = 0; g < matrix.groups(); ++g) {
            const double scale = numberAt(matrix.scales, r, g, matrix.groups());
            const double zero = numberAt(matrix.zeros, r, g, matrix.groups());
            for (int64_t c = g * matrix.groupSize; c < (g + 1) * matrix.groupSize; ++c)
                dense.push_back(float(scale * (codeAt(matrix.codes, r, c, matrix.bits) - zero)));
        }
    return dense;
}

void checkProduct(const LinearWeight& map, const std::vector<float>& dense, int64_t rows, const std::string& where)
{
    const int64_t inputs = map.inputs(), outputs = map.outputs();
    const std::vector<float> activations = normals(rows * inputs, 4), bias = normals(outputs, 3);
    const bool withBias = rows % 2 == 1;
    PaddedMatrix x(rows, inputs, activations);
    PaddedMatrix y(rows, outputs);
    map.apply(*cpuBackend(), x.view(), withBias ? bias.data() : nullptr, y.view());
    for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < outputs; ++n) {
            Dot exact = dot(activations.data() + m * inputs, dense.data() + n * inputs, inputs);
            if (withBias) {
                exact.value += double(bias[size_t(n)]);
                exact.size += std::abs(double(bias[size_t(n)]));
            }
            // A weight is made with a few roundings before it is multiplied.
            KERNEL_COMPARE(y.view().row(m)[n], exact.value, 8 * dotTolerance(exact, inputs), where);
        }
    QVERIFY2(y.paddingIntact(), where.c_str());
}

// Entries at random places; some rows have none.
SparseRows randomSparse(int64_t rows, int64_t columns, uint64_t seed)
{
    Random random(seed);
    std::vector<uint32_t> offsets{0};
    std::vector<uint16_t> indices;
    std::vector<float> values;
    for (int64_t r = 0; r < rows; ++r) {
        std::set<uint16_t> chosen;
        for (uint64_t i = random.below(5); i > 0; --i) chosen.insert(uint16_t(random.below(uint64_t(columns))));
        for (const uint16_t column : chosen) {
            indices.push_back(column);
            values.push_back(float(random.normal()));
        }
        offsets.push_back(uint32_t(indices.size()));
    }
    SparseRows sparse{rows, columns, Tensor::zeros(DType::U32, {rows + 1}),
                      Tensor::zeros(DType::U16, {int64_t(indices.size())}),
                      unalignedTensor(DType::F16, {int64_t(values.size())}, values)};
    std::copy(offsets.begin(), offsets.end(), sparse.offsets.fill<uint32_t>().begin());
    std::copy(indices.begin(), indices.end(), sparse.indices.fill<uint16_t>().begin());
    return sparse;
}

void addEntries(const SparseRows& sparse, std::vector<float>& dense)
{
    const std::vector<float> values = sparse.values.toFloats();
    for (int64_t r = 0; r < sparse.rows; ++r)
        for (uint32_t i = sparse.offsets.view<uint32_t>()[size_t(r)]; i < sparse.offsets.view<uint32_t>()[size_t(r) + 1]; ++i)
            dense[size_t(r * sparse.columns + sparse.indices.view<uint16_t>()[i])] += values[i];
}

constexpr NumberKind numberKinds[] = {{0, 1}, {3, 16}, {2, 5}, {8, 1}};

} // namespace

class AffineLinearTest : public QObject {
    Q_OBJECT

private slots:
    void everyWidthAndGroup_data() { addTargets(); }
    void everyWidthAndGroup()
    {
        const UseTarget target;
        for (int bits = 2; bits <= 8; ++bits)
            for (const int64_t group : {8, 16, 32, 48, 192})
                for (const NumberKind kind : numberKinds) {
                    const AffineMatrix matrix = randomAffine(bits, group, kind, 19, 192);
                    const std::vector<float> dense = denseOf(matrix);
                    for (const int64_t rows : {1, 2, 26})
                        checkProduct(AffineLinear(matrix), dense, rows,
                                     fmt::format("{} bits, group {}, numbers of {}, {} rows", bits, group, kind.bits, rows));
                }
    }

    // More columns than a strip, groups that no strip ends on, and very few rows.
    void largeAndOddShapes_data() { addTargets(); }
    void largeAndOddShapes()
    {
        const UseTarget target;
        for (const auto& [group, columns] : {std::pair<int64_t, int64_t>{16, 4208}, {24, 4200}, {4104, 4104}, {104, 104}})
            for (const NumberKind kind : numberKinds)
                for (const int64_t rows : {1, 3}) {
                    const AffineMatrix matrix = randomAffine(3, group, kind, 5, columns);
                    checkProduct(AffineLinear(matrix), denseOf(matrix), rows, fmt::format("group {} of {}", group, columns));
                }
    }

    void outliers_data() { addTargets(); }
    void outliers()
    {
        const UseTarget target;
        for (const NumberKind kind : numberKinds) {
            const AffineMatrix matrix = randomAffine(3, 16, kind, 45, 176);
            const SparseRows sparse = randomSparse(45, 176, 8);
            std::vector<float> dense = denseOf(matrix);
            addEntries(sparse, dense);
            const OutlierLinear map(std::make_shared<AffineLinear>(matrix), sparse);
            for (const int64_t rows : {1, 4, 30}) checkProduct(map, dense, rows, "outliers");
            const std::vector<float> expanded = map.toDense();
            for (size_t i = 0; i < dense.size(); ++i) QVERIFY(std::abs(expanded[i] - dense[i]) <= 1e-6f * (1 + std::abs(dense[i])));
        }
    }

    // Tensors and attributes are all there is to a map.
    void readsBackAndSelectsRows()
    {
        for (const NumberKind kind : numberKinds) {
            const auto base = std::make_shared<AffineLinear>(randomAffine(5, 16, kind, 37, 96));
            const auto outliers = std::make_shared<OutlierLinear>(base, randomSparse(37, 96, 9));
            for (const LinearWeightPtr& map : std::vector<LinearWeightPtr>{base, outliers}) {
                const LinearWeightPtr again = linearWeightFromTensors(map->kind(), map->attributes(), map->tensors(), "map");
                QCOMPARE(again->toDense(), map->toDense());
                QCOMPARE(again->description(), map->description());
                int64_t bytes = 0;
                for (const auto& [name, tensor] : map->tensors()) bytes += tensor.sizeBytes();
                QCOMPARE(map->storedBytes(), bytes);

                const std::vector<RowRange> ranges{{30, 37}, {0, 3}, {17, 18}};
                const std::vector<float> all = map->toDense();
                std::vector<float> expected;
                for (const RowRange& range : ranges)
                    expected.insert(expected.end(), all.begin() + range.begin * 96, all.begin() + range.end * 96);
                QCOMPARE(map->selectRows(ranges)->toDense(), expected);
                PARETOSCOPE_EXPECT_ERROR(map->selectRows(std::vector<RowRange>{{30, 38}}), "rows 30 to 38");
            }
        }
    }

    void hostileTensorsAreRefused()
    {
        const AffineLinear base(randomAffine(4, 16, {3, 16}, 20, 64));
        const OutlierLinear map(std::make_shared<AffineLinear>(base), randomSparse(20, 64, 10));
        const auto refuses = [](const LinearWeight& good, const std::string& name, Tensor bad, const char* part) {
            TensorMap tensors = good.tensors();
            tensors[name] = std::move(bad);
            try {
                linearWeightFromTensors(good.kind(), good.attributes(), tensors, "blocks.0.up");
            } catch (const Error& error) {
                const std::string text = error.what();
                return text.starts_with("blocks.0.up") && text.find(part) != std::string::npos;
            }
            return false;
        };
        QVERIFY(refuses(base, "codes", Tensor::zeros(DType::U8, {20, 31}), "codes have the wrong shape"));
        QVERIFY(refuses(base, "scale_codes", Tensor::zeros(DType::U8, {20, 1}), "scales have codes of the wrong shape"));
        QVERIFY(refuses(base, "zero_grids", Tensor::zeros(DType::F16, {1, 4, 2}), "zeros have grids of the wrong shape"));
        const auto entries = map.outliers().entries();
        Tensor offsets = Tensor::zeros(DType::U32, {21});
        QVERIFY(refuses(map, "outlier_offsets", offsets, "columns of the outliers have the wrong shape"));
        offsets.fill<uint32_t>()[3] = uint32_t(entries);
        QVERIFY(refuses(map, "outlier_offsets", offsets, "not ascending"));
        Tensor columns = Tensor::zeros(DType::U16, {entries});
        QVERIFY(refuses(map, "outlier_columns", columns, "not in order"));
        columns.fill<uint16_t>()[0] = 64;
        QVERIFY(refuses(map, "outlier_columns", columns, "behind the last column"));
        QVERIFY(refuses(map, "outlier_values", Tensor::zeros(DType::F16, {entries - 1}), "values of the outliers"));
        Json nested = map.attributes();
        nested["inner"] = "outliers";
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("outliers", nested, map.tensors(), "map"), "outliers of a map of kind 'outliers'");
        PARETOSCOPE_EXPECT_ERROR(OutlierLinear(std::make_shared<AffineLinear>(base), randomSparse(20, 65, 1)), "do not fit");
    }

    void notANumberStays()
    {
        const AffineLinear map(randomAffine(3, 16, {3, 16}, 9, 64));
        std::vector<float> x(64, 1.0f), y(9);
        x[20] = std::numeric_limits<float>::quiet_NaN();
        map.apply(*cpuBackend(), {x.data(), 1, 64}, nullptr, {y.data(), 1, 9});
        for (const float value : y) QVERIFY(std::isnan(value));
    }
};

QTEST_GUILESS_MAIN(AffineLinearTest)
#include "affine_linear_test.moc"
