// Every operation of the tape against central differences of its formula in f64.
#include "core/autograd/tape.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/model/linear_weight.h"
#include "core/training/losses.h"
#include "tests/core/autograd/reference.h"

#include <QTest>

#include <numbers>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

Matrix randomMatrix(int64_t rows, int64_t columns, uint64_t seed, double size = 1)
{
    Random random(seed, "matrix");
    Matrix m(rows, columns);
    for (double& value : m.values) value = double(float(size * random.normal()));
    return m;
}

Tensor tensorOf(const Matrix& m, bool vector = false)
{
    const std::vector<float> floats(m.values.begin(), m.values.end());
    return Tensor::fromFloats(vector ? Shape{m.columns} : Shape{m.rows, m.columns}, floats);
}

ConstMatrixView viewOf(const Tensor& tensor)
{
    return {tensor.view<float>().data(), tensor.extent(0), tensor.extent(1)};
}

// Inputs as tape values and parameters as watched tensors; what the tape makes of them; the same in
// f64. The gradients of Σ c·y for random c are compared in every element.
struct Case {
    std::vector<Matrix> inputs;     // values of the tape
    std::vector<Matrix> parameters; // watched; one row = a vector
    std::function<Value(TapeOperations&, const std::vector<Value>&, const std::vector<Tensor>&)> tape;
    std::function<Matrix(const std::vector<Matrix>&, const std::vector<Matrix>&)> reference;
};

void compare(const ConstMatrixView& actual, const std::vector<double>& expected, const std::string& what)
{
    double size = 0;
    for (const double value : expected) size = std::max(size, std::abs(value));
    for (size_t i = 0; i < expected.size(); ++i) {
        const double value = actual.data ? double(actual.data[i]) : 0;
        const double error = std::abs(value - expected[i]);
        if (!(error <= 2e-4 * size + 1e-6))
            QFAIL(qPrintable(QStringLiteral("%1[%2]: %3 instead of %4")
                                 .arg(QString::fromStdString(what))
                                 .arg(i)
                                 .arg(value)
                                 .arg(expected[i])));
    }
}

void check(Case test)
{
    const Matrix weights = [&] {
        const Matrix y = test.reference(test.inputs, test.parameters);
        return randomMatrix(y.rows, y.columns, 99);
    }();
    const auto loss = [&] {
        const Matrix y = test.reference(test.inputs, test.parameters);
        double total = 0;
        for (size_t i = 0; i < y.values.size(); ++i) total += weights.values[i] * y.values[i];
        return total;
    };
    std::vector<Tensor> parameters;
    for (const Matrix& m : test.parameters) parameters.push_back(tensorOf(m, m.rows == 1));
    Gradients gradients(parameters);
    Scratch scratch;
    const auto backend = cpuBackend();
    TapeOperations tape(*backend, scratch, gradients);
    std::vector<Value> inputs;
    for (const Matrix& m : test.inputs) inputs.push_back(tape.input(viewOf(tensorOf(m))));
    const Value result = test.tape(tape, inputs, parameters);
    const Matrix expected = test.reference(test.inputs, test.parameters);
    for (size_t i = 0; i < expected.values.size(); ++i)
        QVERIFY(std::abs(double(result.view.data[i]) - expected.values[i]) < 1e-4 * (1 + std::abs(expected.values[i])));
    tape.addGradient(result, viewOf(tensorOf(weights)));
    tape.backward();
    const auto numeric = [&](Matrix& m) {
        std::vector<double> all;
        for (double& value : m.values) all.push_back(derivative(loss, value));
        return all;
    };
    for (size_t i = 0; i < inputs.size(); ++i)
        compare(tape.gradient(inputs[i]), numeric(test.inputs[i]), "input " + std::to_string(i));
    for (size_t i = 0; i < parameters.size(); ++i)
        compare({gradients.at(i).data(), 1, int64_t(gradients.at(i).size())}, numeric(test.parameters[i]),
                "parameter " + std::to_string(i));
}

double activated(Activation kind, double x)
{
    switch (kind) {
    case Activation::Identity: return x;
    case Activation::Silu: return x / (1 + std::exp(-x));
    case Activation::QuickGelu: return x / (1 + std::exp(-1.702 * x));
    case Activation::Gelu: return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case Activation::GeluTanh:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::Relu: return std::max(x, 0.0);
    case Activation::ReluSquared: return std::max(x, 0.0) * std::max(x, 0.0);
    }
    return x;
}

Matrix activated(Activation kind, Matrix x)
{
    for (double& value : x.values) value = activated(kind, value);
    return x;
}

const std::vector<Activation> activations{Activation::Identity, Activation::Silu,     Activation::QuickGelu,
                                          Activation::Gelu,     Activation::GeluTanh, Activation::Relu,
                                          Activation::ReluSquared};

std::vector<int32_t> countUp(int64_t rows)
{
    std::vector<int32_t> positions;
    for (int32_t i = 0; i < rows; ++i) positions.push_back(i);
    return positions;
}

// Two sequences of different length through one call.
void checkAttention(const AttentionRule& rule, int64_t keyDim, int64_t valueDim, int64_t firstRows, int64_t secondRows)
{
    const int64_t rows = firstRows + secondRows;
    Case test;
    test.inputs = {randomMatrix(rows, rule.heads * keyDim, 1), randomMatrix(rows, rule.kvHeads * keyDim, 2),
                   randomMatrix(rows, rule.kvHeads * valueDim, 3)};
    const std::vector<float> slopes(rule.slopes.begin(), rule.slopes.end()), sinks(rule.sinks.begin(), rule.sinks.end());
    test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>&) {
        AttentionShape shape;
        shape.queryHeads = rule.heads;
        shape.kvHeads = rule.kvHeads;
        shape.keyDim = keyDim;
        shape.valueDim = valueDim;
        shape.scale = float(rule.scale);
        shape.softCap = float(rule.softCap);
        shape.window = rule.window;
        shape.causal = rule.causal;
        shape.alibiSlopes = slopes.empty() ? nullptr : slopes.data();
        shape.sinks = sinks.empty() ? nullptr : sinks.data();
        std::vector<AttentionSegment> segments;
        std::vector<std::vector<KeyValueSpan>> spans(2);
        const std::vector<int32_t> positions[] = {countUp(firstRows), countUp(secondRows)};
        for (size_t s = 0; s < 2; ++s) {
            const int64_t first = s == 0 ? 0 : firstRows, count = s == 0 ? firstRows : secondRows;
            for (int64_t h = 0; h < rule.kvHeads; ++h)
                spans[s].push_back({in[1].view.row(first) + h * keyDim, in[2].view.row(first) + h * valueDim,
                                    positions[s].data(), count, in[1].view.stride, in[2].view.stride});
            segments.push_back({first, count, positions[s], spans[s]});
        }
        return tape.attention(shape, in[0], in[1], in[2], segments);
    };
    test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>&) {
        Matrix y;
        y.columns = rule.heads * valueDim;
        const auto rowsOf = [](const Matrix& m, int64_t begin, int64_t count) {
            Matrix result(count, m.columns);
            std::copy_n(m.values.begin() + begin * m.columns, count * m.columns, result.values.begin());
            return result;
        };
        for (const auto& [begin, count] : {std::pair{int64_t(0), firstRows}, {firstRows, secondRows}}) {
            const Matrix part = attended(rowsOf(in[0], begin, count), rowsOf(in[1], begin, count),
                                         rowsOf(in[2], begin, count), rule);
            y.values.insert(y.values.end(), part.values.begin(), part.values.end());
            y.rows += count;
        }
        return y;
    };
    check(std::move(test));
}

} // namespace

class TapeTest : public QObject {
    Q_OBJECT
private slots:
    void linear()
    {
        Case test;
        test.inputs = {randomMatrix(5, 6, 1)};
        test.parameters = {randomMatrix(4, 6, 2), randomMatrix(1, 4, 3)};
        std::shared_ptr<DenseLinear> map;
        test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>& p) {
            map = std::make_shared<DenseLinear>(p[0]);
            return tape.linear(in[0], *map, p[1]);
        };
        test.reference = [](const std::vector<Matrix>& in, const std::vector<Matrix>& p) {
            Matrix y = product(in[0], p[0]);
            for (int64_t r = 0; r < y.rows; ++r)
                for (int64_t c = 0; c < y.columns; ++c) y.at(r, c) += p[1].at(0, c);
            return y;
        };
        check(test);
    }

    // What flows back through codes is what flows back through the numbers they stand for.
    void frozenPackedMap()
    {
        PackedMatrix packed;
        packed.bits = 4;
        packed.groupSize = 8;
        packed.symmetric = true;
        packed.rows = 3;
        packed.columns = 16;
        packed.codes = Tensor::zeros(DType::U8, {3, 8});
        packed.scales = Tensor::zeros(DType::F16, {3, 2});
        Random random(5);
        for (uint8_t& byte : packed.codes.fill<uint8_t>()) byte = uint8_t(random.below(256));
        for (uint16_t& scale : packed.scales.fill<uint16_t>()) scale = uint16_t(0x2c00 + random.below(512));
        const PackedLinear map(packed);
        Matrix weight(3, 16);
        const std::vector<float> dense = map.LinearWeight::toDense();
        std::copy(dense.begin(), dense.end(), weight.values.begin());
        Case test;
        test.inputs = {randomMatrix(5, 16, 1)};
        test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>&) {
            return tape.linear(in[0], map, {});
        };
        test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>&) { return product(in[0], weight); };
        check(test);
    }

    void embedding()
    {
        Case test;
        test.parameters = {randomMatrix(7, 5, 1)};
        const std::vector<int32_t> ids{3, 0, 3, 6};
        test.tape = [&](TapeOperations& tape, const std::vector<Value>&, const std::vector<Tensor>& p) {
            return tape.embed(p[0], ids, 1.5f);
        };
        test.reference = [&](const std::vector<Matrix>&, const std::vector<Matrix>& p) {
            Matrix y(4, 5);
            for (int64_t r = 0; r < 4; ++r)
                for (int64_t c = 0; c < 5; ++c) y.at(r, c) = 1.5 * p[0].at(ids[size_t(r)], c);
            return y;
        };
        check(test);
    }

    void norms()
    {
        for (const bool centred : {false, true})
            for (const int64_t heads : {1, 3})
                for (const bool plain : {false, true}) {
                    Case test;
                    test.inputs = {randomMatrix(13, 12, 1)};
                    if (!plain) test.parameters = {randomMatrix(1, 12 / heads, 2), randomMatrix(1, 12 / heads, 3)};
                    test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>& p) {
                        NormParameters norm{centred ? NormKind::Layer : NormKind::Rms, 1e-3f, {}, {}};
                        if (!plain) norm.weight = p[0], norm.bias = p[1];
                        return heads == 1 ? tape.norm(in[0], norm) : tape.headNorm(in[0], 12 / heads, norm);
                    };
                    test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>& p) {
                        return normalized(in[0], 12 / heads, centred, double(1e-3f), plain ? Matrix() : p[0],
                                          plain ? Matrix() : p[1]);
                    };
                    check(test);
                }
    }

    void rope()
    {
        const std::vector<int32_t> positions = countUp(6);
        Matrix cosines(6, 4), sines(6, 4);
        for (int64_t r = 0; r < 6; ++r)
            for (int64_t i = 0; i < 4; ++i) {
                const double angle = double(r) * std::pow(10000, -2.0 * double(i) / 8);
                cosines.at(r, i) = std::cos(angle);
                sines.at(r, i) = std::sin(angle);
            }
        const Tensor c = tensorOf(cosines), s = tensorOf(sines);
        Case test;
        test.inputs = {randomMatrix(6, 16, 1)};
        test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>&) {
            return tape.rope(in[0], 2, 8, {viewOf(c), viewOf(s), false});
        };
        test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>&) {
            return rotated(in[0], 2, positions);
        };
        check(test);
    }

    void attention()
    {
        checkAttention({2, 2, 0.5, 0, 0, true, {}, {}}, 4, 4, 5, 3);
        checkAttention({4, 2, 0.3, 0, 0, true, {}, {}}, 4, 6, 6, 1);    // grouped, wider values
        checkAttention({3, 1, 0.5, 2, 0, true, {}, {}}, 4, 4, 5, 4);    // soft cap
        checkAttention({2, 1, 0.5, 0, 3, true, {}, {}}, 4, 4, 7, 2);    // window
        checkAttention({2, 2, 0.5, 0, 0, false, {}, {}}, 4, 4, 5, 3);   // both ways
        checkAttention({2, 1, 0.5, 0, 0, true, {0.5, 0.25}, {}}, 4, 4, 5, 3); // ALiBi
        checkAttention({2, 1, 0.5, 0, 0, true, {}, {0.7, -0.2}}, 4, 4, 5, 3); // sinks
    }

    void attentionOverSeveralTiles() { checkAttention({1, 1, 0.5, 0, 0, true, {}, {}}, 2, 2, 150, 3); }

    void activationsAndGates()
    {
        for (const Activation kind : activations) {
            Case test;
            test.inputs = {randomMatrix(4, 9, 1)};
            test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>&) {
                return tape.activate(kind, in[0]);
            };
            test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>&) {
                return activated(kind, in[0]);
            };
            check(test);
            test.inputs.push_back(randomMatrix(4, 9, 2));
            test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>&) {
                return tape.gatedActivation(kind, in[0], in[1]);
            };
            test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>&) {
                Matrix y = activated(kind, in[0]);
                for (size_t i = 0; i < y.values.size(); ++i) y.values[i] *= in[1].values[i];
                return y;
            };
            check(test);
        }
    }

    // A value that is used twice gets both gradients.
    void sumsAndRows()
    {
        Case test;
        test.inputs = {randomMatrix(4, 3, 1), randomMatrix(4, 3, 2)};
        const std::vector<int32_t> rows{2, 0, 2};
        test.tape = [&](TapeOperations& tape, const std::vector<Value>& in, const std::vector<Tensor>&) {
            const Value both = tape.add(in[0], in[1], -0.5f);
            return tape.gatherRows(tape.add(tape.scale(both, 3), in[0], 2), rows);
        };
        test.reference = [&](const std::vector<Matrix>& in, const std::vector<Matrix>&) {
            const Matrix both = sum(in[0], in[1], -0.5);
            Matrix all = sum(in[0], in[0]);
            for (size_t i = 0; i < all.values.size(); ++i) all.values[i] += 3 * both.values[i];
            Matrix y(3, 3);
            for (int64_t r = 0; r < 3; ++r)
                for (int64_t c = 0; c < 3; ++c) y.at(r, c) = all.at(rows[size_t(r)], c);
            return y;
        };
        check(test);
    }

    void losses_data()
    {
        QTest::addColumn<int>("kind");
        for (int kind = 0; kind < 4; ++kind) QTest::addRow("%d", kind) << kind;
    }

    // Cross-entropy with weights, both divergences at a temperature, mean square.
    void losses()
    {
        QFETCH(int, kind);
        Matrix logits = randomMatrix(4, 6, 1);
        const Matrix other = randomMatrix(4, 6, 2);
        const std::vector<int32_t> targets{5, 0, 2, 2};
        const std::vector<float> weights{1, 0, 2, 0.5f};
        const double temperature = 1.7;
        const auto loss = [&] {
            double total = 0;
            for (int64_t r = 0; r < 4; ++r) {
                const auto student = logSoftmax(logits, r, kind == 0 ? 1 : temperature);
                const auto teacher = logSoftmax(other, r, temperature);
                if (kind == 0) total -= double(weights[size_t(r)]) * student[size_t(targets[size_t(r)])] / 3.5;
                for (size_t v = 0; v < 6; ++v) {
                    const double factor = temperature * temperature / 4;
                    if (kind == 1) total += factor * std::exp(teacher[v]) * (teacher[v] - student[v]);
                    if (kind == 2) total += factor * std::exp(student[v]) * (student[v] - teacher[v]);
                    if (kind == 3) total += std::pow(logits.at(r, int64_t(v)) - other.at(r, int64_t(v)), 2) / 24;
                }
            }
            return total;
        };
        Gradients gradients({});
        Scratch scratch;
        const auto backend = cpuBackend();
        TapeOperations tape(*backend, scratch, gradients);
        const Value value = tape.input(viewOf(tensorOf(logits)));
        const Tensor target = tensorOf(other);
        double actual = 0;
        if (kind == 0) actual = crossEntropy(tape, value, targets, weights);
        if (kind == 1) actual = forwardKl(tape, value, viewOf(target), temperature);
        if (kind == 2) actual = reverseKl(tape, value, viewOf(target), temperature);
        if (kind == 3) actual = meanSquare(tape, value, viewOf(target));
        QVERIFY(std::abs(actual - loss()) < 1e-6);
        std::vector<double> expected;
        for (double& logit : logits.values) expected.push_back(derivative(loss, logit));
        compare(tape.gradient(value), expected, "logits");
    }

    // methods/reasoning_eval_vision.md: ln 2 where policy and reference agree; swapping the pair
    // turns the slope there.
    void preferences()
    {
        const PreferenceLoss equal = preferenceLoss(0.3, 0.3, 0.1);
        QVERIFY(std::abs(equal.loss - std::numbers::ln2) < 1e-12);
        QVERIFY(std::abs(equal.slope + 0.05) < 1e-12);
        for (const double ratio : {-3.0, 0.2, 4.0, 900.0, -900.0}) {
            double x = ratio;
            const double slope = derivative([&] { return preferenceLoss(x, 0.5, 0.7).loss; }, x, 1e-4);
            QVERIFY(std::abs(preferenceLoss(ratio, 0.5, 0.7).slope - slope) < 1e-6);
        }
    }

    void aTapeNeedsAnEmptyCache()
    {
        Gradients gradients({});
        Scratch scratch;
        const auto backend = cpuBackend();
        TapeOperations tape(*backend, scratch, gradients);
        const Value x = tape.input(viewOf(tensorOf(randomMatrix(2, 4, 1))));
        AttentionShape shape;
        shape.queryHeads = shape.kvHeads = 1;
        shape.keyDim = shape.valueDim = 4;
        const std::vector<int32_t> positions{0, 1, 2};
        const Matrix keys = randomMatrix(3, 4, 2);
        const Tensor earlier = tensorOf(keys);
        const KeyValueSpan span{earlier.view<float>().data(), earlier.view<float>().data(), positions.data(), 3, 4, 4};
        const AttentionSegment segment{0, 2, std::span(positions).subspan(1), {&span, 1}};
        QVERIFY_THROWS_EXCEPTION(Error, tape.attention(shape, x, x, x, {&segment, 1}));
    }
};

QTEST_GUILESS_MAIN(TapeTest)
#include "tape_test.moc"
