// Products with GGML blocks of every type against the decoded matrix in f64.
#include "core/backend/backend.h"
#include "core/tensor/block_format.h"
#include "kernel_tools.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

// Blocks of random bytes whose scales are small numbers, at an odd address, ending where their memory ends.
BlockMatrix randomBlocks(const BlockFormat& format, int64_t rows, int64_t columns)
{
    BlockMatrix matrix;
    matrix.format = &format;
    matrix.rows = rows;
    matrix.columns = columns;
    Random random(format.ggmlType);
    auto memory = std::make_shared<std::vector<std::byte>>(1 + size_t(rows * matrix.rowBytes()));
    for (std::byte& byte : *memory) byte = std::byte(random.below(256));
    for (size_t at = 1; at < memory->size(); at += size_t(format.bytes)) {
        std::byte* block = memory->data() + at;
        const auto put = [&](int where) {
            const uint16_t half = floatToHalf(float(0.001 + 0.02 * random.uniform()));
            if (where >= 0) std::memcpy(block + where, &half, sizeof half);
        };
        put(format.scaleAt);
        put(format.minimumAt);
        if (std::string(format.name) == "MXFP4") block[0] = std::byte(118 + random.below(6));
        if (std::string(format.name) == "IQ1_M")
            block[55] = std::byte(0x20 | (std::to_integer<int>(block[55]) & 0x0f));
    }
    matrix.blocks = {DType::U8, {rows, matrix.rowBytes()}, std::span<const std::byte>(*memory).subspan(1), memory};
    validateBlocks(matrix, "sample");
    return matrix;
}

// Activations may be rounded to 16 bits within runs of at most 128 columns.
double roundingTolerance(const float* x, const float* w, int64_t columns)
{
    double total = 0;
    for (int64_t begin = 0; begin < columns; begin += 128) {
        double peak = 0, weights = 0;
        for (int64_t k = begin; k < std::min(columns, begin + 128); ++k) {
            peak = std::max(peak, std::abs(double(x[k])));
            weights += std::abs(double(w[k]));
        }
        total += peak * weights / 65000;
    }
    return total;
}

void checkBlocks(const BlockMatrix& matrix, int64_t rows)
{
    const int64_t inputs = matrix.columns, outputs = matrix.rows;
    const std::string where = fmt::format("{} [{}, {}], {} rows", matrix.format->name, outputs, inputs, rows);
    std::vector<float> dense(size_t(outputs * inputs));
    for (int64_t n = 0; n < outputs; ++n)
        decodeRow(matrix, n, 0, std::span(dense).subspan(size_t(n * inputs), size_t(inputs)));
    const std::vector<float> activations = normals(rows * inputs, 4), bias = normals(outputs, 3);
    PaddedMatrix x(rows, inputs, activations), y(rows, outputs);
    cpuBackend()->linearBlocks(x.view(), matrix, bias.data(), y.view());
    double errors = 0, sizes = 0;
    for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < outputs; ++n) {
            const float* a = activations.data() + m * inputs;
            const float* w = dense.data() + n * inputs;
            Dot exact = dot(a, w, inputs);
            exact.value += double(bias[size_t(n)]);
            exact.size += std::abs(double(bias[size_t(n)]));
            const auto value = double(y.view().row(m)[n]);
            // Offsets are added after the sum, so the codes' own size counts, too.
            const double tolerance = roundingTolerance(a, w, inputs) + 64 * dotTolerance(exact, inputs);
            KERNEL_COMPARE(value, exact.value, tolerance, where);
            errors += (value - exact.value) * (value - exact.value);
            sizes += dot(w, w, inputs).value * dot(a, a, inputs).value / double(inputs);
        }
    QVERIFY2(std::sqrt(errors) <= 1e-4 * std::sqrt(sizes), where.c_str());
    QVERIFY2(y.paddingIntact(), where.c_str());
}

} // namespace

class BlockLinearTest : public QObject {
    Q_OBJECT

private slots:
    void everyType_data() { addTargets(); }
    void everyType()
    {
        const UseTarget target;
        for (const BlockFormat& format : blockFormats()) {
            const BlockMatrix matrix = randomBlocks(format, 37, 768);
            for (const int64_t rows : {1, 2, 7, 26}) checkBlocks(matrix, rows);
            checkBlocks(randomBlocks(format, 65, format.elements), 13);
        }
    }

    void notANumberStays_data() { addTargets(); }
    void notANumberStays()
    {
        const UseTarget target;
        for (const BlockFormat& format : blockFormats()) {
            const BlockMatrix matrix = randomBlocks(format, 5, 512);
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
                for (const int64_t rows : {1, 3}) {
                    std::vector<float> x = normals(rows * 512, 9), y(size_t(rows * 5));
                    x[200] = bad;
                    cpuBackend()->linearBlocks({x.data(), rows, 512}, matrix, nullptr, {y.data(), rows, 5});
                    for (size_t n = 5; n < y.size(); ++n) QVERIFY2(std::isfinite(y[n]), format.name);
                    if (std::isnan(bad))
                        for (size_t n = 0; n < 5; ++n) QVERIFY2(std::isnan(y[n]), format.name);
                }
        }
    }
};

QTEST_GUILESS_MAIN(BlockLinearTest)
#include "block_linear_test.moc"
