// Round-to-nearest against the reference outputs and the checks of its method card.
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/random.h"
#include "golden_cases.h"
#include "plugins/quantization/affine_quantizer.h"
#include "plugins/quantization/group_layout.h"

#include <cmath>

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

std::vector<uint8_t> codesOf(const PackedMatrix& matrix)
{
    std::vector<uint8_t> codes(size_t(matrix.rows * matrix.columns));
    const auto packed = matrix.codes.view<uint8_t>();
    const auto width = size_t(matrix.codes.extent(1));
    for (size_t r = 0; r < size_t(matrix.rows); ++r)
        unpackCodes(packed.subspan(r * width, width), matrix.bits, 0,
                    std::span(codes).subspan(r * size_t(matrix.columns), size_t(matrix.columns)));
    return codes;
}

std::vector<float> denseOf(const PackedMatrix& matrix)
{
    std::vector<float> dense(size_t(matrix.rows * matrix.columns));
    for (int64_t r = 0; r < matrix.rows; ++r)
        dequantizeRow(matrix, r, std::span(dense).subspan(size_t(r * matrix.columns), size_t(matrix.columns)));
    return dense;
}

std::vector<float> randomWeights(size_t count, uint64_t seed)
{
    Random random(seed);
    std::vector<float> weights(count);
    for (float& weight : weights) weight = float(random.normal());
    return weights;
}

} // namespace

class AffineQuantizerTest : public QObject {
    Q_OBJECT

private slots:
    void referenceOutputs_data() { test::addGoldenCases("rtn"); }
    void referenceOutputs()
    {
        PARETOSCOPE_GOLDEN_CASE("rtn");
        const Json& settings = golden.settings();
        const auto wished = settings.at("groupsize").get<int64_t>();
        const int64_t group = wished < 0 ? golden.columns : wished;
        const AffineSettings affine{settings.at("bits").get<int>(), settings.at("sym").get<bool>(),
                                    settings.at("mse").get<bool>()};
        const PackedMatrix packed = quantizeToNearest(golden.weights, golden.rows, golden.columns, group, affine, "golden");

        const std::vector<uint8_t> codes = codesOf(packed);
        const Tensor wanted = golden.expected("codes");
        size_t equal = 0;
        for (size_t i = 0; i < codes.size(); ++i) equal += codes[i] == wanted.view<uint8_t>()[i];
        // Symmetric grids have exact ties at the largest weight; see the reference's README.
        if (affine.symmetric)
            QVERIFY2(double(equal) >= 0.97 * double(codes.size()), qPrintable(QString::number(equal)));
        else
            QCOMPARE(equal, codes.size());
        const std::vector<float> scales = golden.expected("scales").toFloats();
        const std::vector<float> stored = packed.scales.toFloats();
        for (size_t i = 0; i < scales.size(); ++i) QCOMPARE(stored[i], halfToFloat(floatToHalf(scales[i])));
        const double ratio = golden.errorOf(denseOf(packed)) / golden.outputError();
        QVERIFY2(std::abs(ratio - 1) < 0.02, qPrintable(QString::number(ratio)));
    }

    // |w - ŵ| <= s/2 where nothing is clipped, plus what storing s in 16 bits may move.
    void errorIsAtMostHalfAStep()
    {
        const std::vector<float> weights = randomWeights(64 * 128, 3);
        for (const int bits : {2, 3, 4, 5, 6, 7, 8}) {
            const PackedMatrix packed = quantizeToNearest(weights, 64, 128, 32, {bits, false, false}, "test");
            const std::vector<float> dense = denseOf(packed);
            const std::vector<float> scales = packed.scales.toFloats();
            for (size_t i = 0; i < dense.size(); ++i) {
                const double scale = double(scales[i / 128 * 4 + i % 128 / 32]);
                const double rounding = scale * (1 << bits) / 2048; // half precision keeps 11 bits
                QVERIFY(std::abs(double(weights[i]) - double(dense[i])) <= scale / 2 + rounding);
            }
        }
    }

    void evenlySpacedValuesAreLossless()
    {
        std::vector<float> weights(16);
        for (size_t i = 0; i < 16; ++i) weights[i] = (float(i) - 5) * 0.25f;
        const PackedMatrix packed = quantizeToNearest(weights, 1, 16, 16, {4, false, false}, "test");
        QCOMPARE(denseOf(packed), weights);
    }

    void quantizingTwiceChangesNothing()
    {
        const std::vector<float> weights = randomWeights(8 * 64, 5);
        const AffineGrid grid = fitGrid(std::span(weights).first(64), {3, false, false});
        for (const float weight : weights) {
            const int code = quantize(double(weight), grid, 3);
            QCOMPARE(quantize(dequantize(code, grid), grid, 3), code);
        }
    }

    void allZeroGroupStaysZero()
    {
        const std::vector<float> weights(32, 0.0f);
        QCOMPARE(denseOf(quantizeToNearest(weights, 1, 32, 32, {4, false, false}, "test")), weights);
    }

    // Card: asymmetric b + (16 + b)/g bits a weight, symmetric b + 16/g.
    void storedBytesFollowTheFormula()
    {
        const std::vector<float> weights = randomWeights(64 * 256, 9);
        for (const int bits : {2, 3, 4, 5, 6, 8})
            for (const int64_t group : {32, 64, 128}) {
                const int64_t groups = 256 / group;
                const PackedMatrix asymmetric = quantizeToNearest(weights, 64, 256, group, {bits, false, false}, "t");
                QCOMPARE(asymmetric.storedBytes(), 64 * (256 * bits / 8 + groups * 2 + (groups * bits + 7) / 8));
                const PackedMatrix symmetric = quantizeToNearest(weights, 64, 256, group, {bits, true, false}, "t");
                QCOMPARE(symmetric.storedBytes(), 64 * (256 * bits / 8 + groups * 2));
            }
    }

    void clipSearchNeverRaisesItsError()
    {
        const std::vector<float> weights = randomWeights(128, 11);
        const auto error = [&](bool clip) {
            const AffineGrid grid = fitGrid(weights, {2, false, clip});
            double sum = 0;
            for (const float w : weights)
                sum += std::pow(std::abs(double(w) - dequantize(quantize(double(w), grid, 2), grid)), 2.4);
            return sum;
        };
        QVERIFY(error(true) < error(false));
    }

    void groupsThatDoNotDivide()
    {
        QCOMPARE(groupSizeFor(128, 192, 4, UnevenGroups::Smaller, "q"), 64);
        QCOMPARE(groupSizeFor(128, 512, 4, UnevenGroups::Smaller, "q"), 128);
        QCOMPARE(groupSizeFor(-1, 192, 4, UnevenGroups::Refuse, "q"), 192);
        QCOMPARE(groupSizeFor(128, 64, 4, UnevenGroups::Refuse, "q"), 64);
        QCOMPARE(groupSizeFor(32, 40, 4, UnevenGroups::Smaller, "q"), 40);
        PARETOSCOPE_EXPECT_ERROR(groupSizeFor(128, 192, 4, UnevenGroups::Refuse, "blocks.0.attention.query"),
                                 "blocks.0.attention.query: a group size of 128 does not divide its 192 inputs");
        PARETOSCOPE_EXPECT_ERROR(groupSizeFor(-1, 33, 3, UnevenGroups::Smaller, "q"), "do not end on a byte");
    }

    void hugeWeightsAreRefused()
    {
        const std::vector<float> weights{-1e9f, 1e9f};
        PARETOSCOPE_EXPECT_ERROR(quantizeToNearest(weights, 1, 2, 2, {4, false, false}, "layer"),
                                 "too large for a 16-bit scale");
    }
};

QTEST_GUILESS_MAIN(AffineQuantizerTest)
#include "affine_quantizer_test.moc"
