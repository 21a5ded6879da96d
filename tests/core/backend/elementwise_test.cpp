// Activations, norms, rotations and log-probabilities against f64.
#include "core/backend/backend.h"
#include "kernel_tools.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

const std::vector<Activation> activations{Activation::Identity, Activation::Silu,      Activation::Gelu,
                                          Activation::GeluTanh, Activation::QuickGelu, Activation::Relu,
                                          Activation::ReluSquared};

double activated(Activation activation, double x)
{
    switch (activation) {
    case Activation::Identity: return x;
    case Activation::Silu: return x / (1 + std::exp(-x));
    case Activation::Gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::GeluTanh: {
        const double u = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
        return x / (1 + std::exp(-2 * u));
    }
    case Activation::QuickGelu: return x / (1 + std::exp(-1.702 * x));
    case Activation::Relu: return std::max(0.0, x);
    case Activation::ReluSquared: return x > 0 ? x * x : 0;
    }
    return 0;
}

// Every magnitude from 1e-6 to 30, both signs, and a few special places.
std::vector<float> sweep()
{
    std::vector<float> values{0, 0.625f, -0.625f, 100, -100, 1e30f, -1e30f, 1e-38f};
    for (double x = 1e-6; x < 30; x *= 1.003) {
        values.push_back(float(x));
        values.push_back(float(-x));
    }
    return values;
}

double scaleOf(Activation activation, double x)
{
    return activation == Activation::ReluSquared ? std::max(1.0, x * x) : std::max(1.0, std::abs(x));
}

} // namespace

class ElementwiseTest : public QObject {
    Q_OBJECT

private slots:
    void activationsWithinAMillionth_data() { addTargets(); }
    void activationsWithinAMillionth()
    {
        const UseTarget target;
        const std::vector<float> x = sweep();
        const auto count = int64_t(x.size());
        for (const Activation activation : activations) {
            std::vector<float> y(x.size());
            cpuBackend()->activate(activation, {x.data(), 1, count}, {y.data(), 1, count});
            for (size_t i = 0; i < x.size(); ++i) {
                const double expected = activated(activation, double(x[i]));
                if (expected > 3e38) continue;
                const std::string where = fmt::format("activation {} of {}", int(activation), x[i]);
                KERNEL_COMPARE(y[i], expected, 1e-6 * scaleOf(activation, double(x[i])), where);
                // Small results keep their digits as well.
                if (std::abs(x[i]) < 4)
                    KERNEL_COMPARE(y[i], expected, 4e-6 * std::abs(expected) + 1e-37, where);
            }
        }
    }

    void activationsOfEverySize_data() { addTargets(); }
    void activationsOfEverySize()
    {
        const UseTarget target;
        for (const int64_t columns : {1, 3, 17, 31, 33, 64, 100})
            for (const int64_t rows : {1, 5})
                for (const Activation activation : activations) {
                    const std::vector<float> gate = normals(rows * columns, 1);
                    const std::vector<float> up = normals(rows * columns, 2);
                    PaddedMatrix g(rows, columns, gate);
                    PaddedMatrix u(rows, columns, up);
                    cpuBackend()->gatedActivation(activation, g.view(), u.view(), g.view());
                    for (int64_t i = 0; i < rows * columns; ++i) {
                        const double expected = activated(activation, double(gate[size_t(i)])) * double(up[size_t(i)]);
                        KERNEL_COMPARE(g.view().row(i / columns)[i % columns], expected, 1e-5, "gated");
                    }
                    QVERIFY(g.paddingIntact() && u.paddingIntact());
                }
    }

    void notANumberPasses()
    {
        for (const Activation activation : {Activation::Silu, Activation::Gelu, Activation::GeluTanh}) {
            std::vector<float> x(9, std::numeric_limits<float>::quiet_NaN());
            cpuBackend()->activate(activation, {x.data(), 1, 9}, {x.data(), 1, 9});
            for (const float value : x) QVERIFY(std::isnan(value));
        }
    }

    void adds_data() { addTargets(); }
    void adds()
    {
        const UseTarget target;
        for (const int64_t columns : {1, 3, 17, 33, 100}) {
            const std::vector<float> x = normals(3 * columns, 3);
            const std::vector<float> start = normals(3 * columns, 4);
            PaddedMatrix y(3, columns, start);
            cpuBackend()->add({x.data(), 3, columns}, -0.7f, y.view());
            for (int64_t i = 0; i < 3 * columns; ++i) {
                const double expected = double(start[size_t(i)]) - double(0.7f) * double(x[size_t(i)]);
                KERNEL_COMPARE(y.view().row(i / columns)[i % columns], expected,
                               2 * epsilon * (1 + std::abs(expected)), "add");
            }
            QVERIFY(y.paddingIntact());
        }
    }

    void norms_data() { addTargets(); }
    void norms()
    {
        const UseTarget target;
        for (const int64_t columns : {1, 3, 17, 31, 33, 64, 100, 4096})
            for (const double offset : {0.0, 30.0})
                for (const bool centered : {false, true})
                    for (const bool affine : {false, true}) checkNorm(centered, affine, offset, columns);
    }

    void rotations_data() { addTargets(); }
    void rotations()
    {
        const UseTarget target;
        for (const int64_t pairs : {1, 3, 8, 16, 17, 64})
            for (const bool interleaved : {false, true}) checkRope(pairs, interleaved);
    }

    void logProbabilitiesOfEverySize_data() { addTargets(); }
    void logProbabilitiesOfEverySize()
    {
        const UseTarget target;
        for (const int64_t columns : {1, 3, 17, 31, 33, 64, 100, 32000})
            for (const double scale : {1.0, 30.0}) checkLogProbabilities(columns, scale);
    }

    void logProbabilitiesOfBadRows_data() { addTargets(); }
    void logProbabilitiesOfBadRows()
    {
        const UseTarget target;
        for (const int64_t at : {0, 5, 40, 99}) {
            std::vector<float> x = normals(300, 5);
            x[size_t(100 + at)] = std::numeric_limits<float>::quiet_NaN();
            const std::vector<int32_t> targets{7, 8, -1};
            std::vector<float> result(3, 99.0f);
            std::vector<float> sums(3);
            cpuBackend()->logProbabilities({x.data(), 3, 100}, targets, result, sums.data());
            QVERIFY(std::isfinite(result[0]) && std::isfinite(sums[0]));
            QVERIFY(std::isnan(result[1]) && std::isnan(sums[1]));
            QCOMPARE(result[2], 99.0f); // skipped
            QVERIFY(std::isfinite(sums[2]));
        }
    }

    void minusInfinityIsNoProbability()
    {
        std::vector<float> x(33, -std::numeric_limits<float>::infinity());
        x[3] = 2;
        x[4] = 2;
        const std::vector<int32_t> targets{4};
        std::vector<float> result(1);
        cpuBackend()->logProbabilities({x.data(), 1, 33}, targets, result, nullptr);
        KERNEL_COMPARE(result[0], -std::log(2.0), 1e-6, "two of 33");
    }

private:
    static void checkNorm(bool centered, bool affine, double offset, int64_t columns)
    {
        const int64_t rows = 3;
        std::vector<float> x = normals(rows * columns, 6);
        for (float& value : x) value += float(offset);
        const std::vector<float> weight = normals(columns, 7);
        const std::vector<float> bias = normals(columns, 8);
        const float* w = affine ? weight.data() : nullptr;
        const float* b = affine ? bias.data() : nullptr;
        PaddedMatrix y(rows, columns, x);
        if (centered) cpuBackend()->layerNorm(y.view(), w, b, 1e-5f, y.view());
        else cpuBackend()->rmsNorm(y.view(), w, b, 1e-5f, y.view());
        for (int64_t r = 0; r < rows; ++r) {
            double mean = 0;
            double squares = 0;
            for (int64_t c = 0; c < columns; ++c) mean += double(x[size_t(r * columns + c)]);
            mean = centered ? mean / double(columns) : 0;
            for (int64_t c = 0; c < columns; ++c) squares += std::pow(double(x[size_t(r * columns + c)]) - mean, 2);
            const double factor = 1 / std::sqrt(squares / double(columns) + double(1e-5f));
            for (int64_t c = 0; c < columns; ++c) {
                const double plain = (double(x[size_t(r * columns + c)]) - mean) * factor;
                const double expected = affine ? plain * double(weight[size_t(c)]) + double(bias[size_t(c)]) : plain;
                // The mean's own rounding is magnified by the factor.
                const double tolerance = 8 * epsilon * (std::abs(expected) + 4 + offset * factor * (affine ? 4 : 1));
                KERNEL_COMPARE(y.view().row(r)[c], expected, tolerance, fmt::format("{} columns", columns));
            }
        }
        QVERIFY(y.paddingIntact());
    }

    static void checkRope(int64_t pairs, bool interleaved)
    {
        const int64_t rows = 3;
        const int64_t heads = 2;
        const int64_t headDim = 2 * pairs + 5; // five values stay as they are
        const std::vector<float> x = normals(rows * heads * headDim, 9);
        const std::vector<float> angles = normals(rows * pairs, 10);
        std::vector<float> cosines(angles.size());
        std::vector<float> sines(angles.size());
        for (size_t i = 0; i < angles.size(); ++i) {
            cosines[i] = std::cos(angles[i]);
            sines[i] = std::sin(angles[i]);
        }
        PaddedMatrix y(rows, heads * headDim, x);
        cpuBackend()->rope(y.view(), heads, headDim, {cosines.data(), rows, pairs}, {sines.data(), rows, pairs}, interleaved);
        std::vector<double> expected(x.begin(), x.end());
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t h = 0; h < heads; ++h)
                for (int64_t i = 0; i < pairs; ++i) {
                    const size_t start = size_t((r * heads + h) * headDim);
                    const size_t a = start + size_t(interleaved ? 2 * i : i);
                    const size_t b = start + size_t(interleaved ? 2 * i + 1 : i + pairs);
                    const auto c = double(cosines[size_t(r * pairs + i)]);
                    const auto s = double(sines[size_t(r * pairs + i)]);
                    expected[a] = double(x[a]) * c - double(x[b]) * s;
                    expected[b] = double(x[a]) * s + double(x[b]) * c;
                }
        for (int64_t i = 0; i < rows * heads * headDim; ++i)
            KERNEL_COMPARE(y.view().row(i / (heads * headDim))[i % (heads * headDim)], expected[size_t(i)], 8 * epsilon * 4, "rope");
        QVERIFY(y.paddingIntact());
    }

    static void checkLogProbabilities(int64_t columns, double scale)
    {
        const int64_t rows = 4;
        const std::vector<float> x = normals(rows * columns, 11, scale);
        const std::vector<int32_t> targets{0, int32_t(columns - 1), int32_t(columns / 2), int32_t(columns / 3)};
        std::vector<float> result(size_t(rows), 0.0f);
        std::vector<float> sums(size_t(rows), 0.0f);
        cpuBackend()->logProbabilities({x.data(), rows, columns}, targets, result, sums.data());
        for (int64_t r = 0; r < rows; ++r) {
            double top = -1e300;
            double sum = 0;
            for (int64_t c = 0; c < columns; ++c) top = std::max(top, double(x[size_t(r * columns + c)]));
            for (int64_t c = 0; c < columns; ++c) sum += std::exp(double(x[size_t(r * columns + c)]) - top);
            const double total = top + std::log(sum);
            const double expected = double(x[size_t(r * columns + targets[size_t(r)])]) - total;
            KERNEL_COMPARE(sums[size_t(r)], total, 4 * epsilon * (1 + std::abs(total)), "log-sum-exp");
            KERNEL_COMPARE(result[size_t(r)], expected, 4 * epsilon * (1 + std::abs(expected)), "log-probability");
        }
    }
};

QTEST_GUILESS_MAIN(ElementwiseTest)
#include "elementwise_test.moc"
