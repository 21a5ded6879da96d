// MixLLM: salience against finite differences, budgets, and maps of two kinds of rows.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/row_mix_linear.h"
#include "plugins/quantization/row_salience.h"
#include "plugins/quantization/strategies.h"
#include "tests/plugins/quantization/sample_problems.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::quantization;

namespace {

Tensor orderOf(const std::vector<int32_t>& values)
{
    Tensor order = Tensor::zeros(DType::I32, {int64_t(values.size())});
    std::copy(values.begin(), values.end(), order.fill<int32_t>().begin());
    return order;
}

LinearWeightPtr dense(int64_t rows, int64_t columns, uint64_t seed)
{
    Random random(seed, "dense");
    std::vector<float> values;
    for (int64_t i = 0; i < rows * columns; ++i) values.push_back(float(random.normal()));
    return std::make_shared<DenseLinear>(Tensor::fromFloats({rows, columns}, values));
}

// Mean -log p of the tokens behind the first, with a row of one map moved by `step` of a change.
double lossOf(const Model& model, const std::vector<int32_t>& tokens)
{
    Session session(std::make_shared<Model>(model), cpuBackend());
    const ConstMatrixView hidden = session.hidden(tokens);
    const LinearWeightPtr head = model.output ? model.output.weight : std::make_shared<DenseLinear>(model.embedding);
    const std::vector<float> table = head->toDense();
    double loss = 0;
    for (int64_t t = 0; t + 1 < hidden.rows; ++t) {
        std::vector<double> logits;
        for (int64_t v = 0; v < head->outputs(); ++v) {
            double sum = 0;
            for (int64_t c = 0; c < hidden.columns; ++c)
                sum += double(hidden.row(t)[c]) * double(table[size_t(v * hidden.columns + c)]);
            logits.push_back(sum * model.config.logitScale);
        }
        const double largest = *std::max_element(logits.begin(), logits.end());
        double all = 0;
        for (const double logit : logits) all += std::exp(logit - largest);
        loss += (largest + std::log(all) - logits[size_t(tokens[size_t(t) + 1])]) / double(hidden.rows - 1);
    }
    return loss;
}

} // namespace

class MixLlmTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // a is the derivative of the loss along the change of a row.
    void slopesAreDerivatives()
    {
        test::StarterModel starter;
        const Model& model = *starter.pipeline.model;
        std::vector<int32_t> tokens = model.tokenizer->encode(starter.workbench.calibrationText.substr(0, 300), false);
        tokens.resize(std::min<size_t>(tokens.size(), 40));
        const LinearId id{2, -1, "feed_forward.up"};
        constexpr int64_t row = 5;
        const auto moved = [&](const std::vector<float>& weights, int64_t columns, float step) {
            std::vector<float> result = weights;
            for (int64_t c = 0; c < columns; ++c) result[size_t(row * columns + c)] += step * float((c % 7) - 3) * 0.1f;
            return result;
        };
        const RowSalience salience = rowSalience(
            model, {tokens}, [&](const LinearId& each) { return each == id; },
            [&](const LinearId&, const LinearWeight& weight) { return moved(weight.toDense(), weight.inputs(), 1); },
            starter.workbench, "test");
        QCOMPARE(salience.slopes.size(), size_t(1));
        const auto lossAt = [&](float step) {
            return lossOf(*withLinears(model, [&](const LinearId& each, const Linear& linear) -> LinearWeightPtr {
                if (each != id) return linear.weight;
                const LinearWeight& weight = *linear.weight;
                return std::make_shared<DenseLinear>(Tensor::fromFloats(
                    {weight.outputs(), weight.inputs()}, moved(weight.toDense(), weight.inputs(), step)));
            }), tokens);
        };
        const double slope = (lossAt(0.1f) - lossAt(-0.1f)) / 0.2;
        const double a = salience.slopes.at(id)[row];
        QVERIFY2(std::abs(a - slope) < 0.03 * std::abs(slope) + 1e-5,
                 qPrintable(QString("%1 against %2").arg(a).arg(slope)));
        QVERIFY(std::abs(salience.sums.at(id)[row] - std::abs(a + a * a / 2)) < 1e-9);
        for (size_t r = 0; r < salience.sums.at(id).size(); ++r)
            if (r != size_t(row)) QCOMPARE(salience.sums.at(id)[r], 0.0);
    }

    void budgetsAreExact()
    {
        const std::map<LinearId, std::vector<double>> salience{{{0, -1, "a"}, {5, 4, 3, 2, 1, 0.5}},
                                                               {{1, -1, "b"}, {0.1, 0.2, 9, 0.3}}};
        const auto count = [](const auto& chosen) {
            std::vector<int64_t> counts;
            for (const auto& [id, rows] : chosen) counts.push_back(std::count(rows.begin(), rows.end(), true));
            return counts;
        };
        QVERIFY((count(chosenRows(salience, 0.5, RowChoice::Global, 1)) == std::vector<int64_t>{4, 1}));
        QVERIFY((count(chosenRows(salience, 0.5, RowChoice::PerMap, 1)) == std::vector<int64_t>{3, 2}));
        const auto random = count(chosenRows(salience, 0.5, RowChoice::Random, 1));
        QCOMPARE(random[0] + random[1], int64_t(5));
        QVERIFY(chosenRows(salience, 0.2, RowChoice::Global, 1).at({1, -1, "b"})[2]);
        QVERIFY((count(chosenRows(salience, 0, RowChoice::Global, 1)) == std::vector<int64_t>{0, 0}));
        QVERIFY((count(chosenRows(salience, 1, RowChoice::Global, 1)) == std::vector<int64_t>{6, 4}));
    }

    // Rows in another order are the same function.
    void mixesPutRowsInOrder()
    {
        const LinearWeightPtr first = dense(3, 8, 1), second = dense(2, 8, 2);
        const RowMixLinear map(first, second, orderOf({4, 0, 2, 1, 3}));
        const std::vector<float> a = first->toDense(), b = second->toDense(), all = map.LinearWeight::toDense();
        const auto same = [&](size_t output, const std::vector<float>& part, size_t row) {
            return std::equal(part.begin() + int64_t(row * 8), part.begin() + int64_t(row * 8 + 8),
                              all.begin() + int64_t(output * 8));
        };
        QVERIFY(same(4, a, 0) && same(0, a, 1) && same(2, a, 2) && same(1, b, 0) && same(3, b, 1));
        for (const int64_t rows : {1, 3}) {
            const std::vector<float> x = dense(rows, 8, 7)->toDense(), bias{1, 2, 3, 4, 5};
            std::vector<float> y(size_t(rows * 5)), expected(size_t(rows * 5));
            map.apply(*cpuBackend(), {x.data(), rows, 8}, bias.data(), {y.data(), rows, 5});
            DenseLinear(Tensor::fromFloats({5, 8}, all))
                .apply(*cpuBackend(), {x.data(), rows, 8}, bias.data(), {expected.data(), rows, 5});
            for (size_t i = 0; i < y.size(); ++i) QVERIFY(std::abs(y[i] - expected[i]) < 1e-5f);
        }
        const LinearWeightPtr again = linearWeightFromTensors("row_mix", map.attributes(), map.tensors(), "map");
        QVERIFY(again->toDense() == all);
        QCOMPARE(again->storedBytes(), int64_t(5 * 8 * 4 + 5 * 4));
    }

    void contradictionsAreRefused()
    {
        const LinearWeightPtr first = dense(3, 8, 1), second = dense(2, 8, 2);
        PARETOSCOPE_EXPECT_ERROR(RowMixLinear(first, second, orderOf({0, 1, 2, 3, 3})),
                                 "not a permutation (it names 3)");
        PARETOSCOPE_EXPECT_ERROR(RowMixLinear(first, second, orderOf({0, 1, 2, 3, 9})),
                                 "not a permutation (it names 9)");
        PARETOSCOPE_EXPECT_ERROR(RowMixLinear(first, second, orderOf({0, 1, 2})),
                                 "the order of 5 rows has the shape [3]");
        PARETOSCOPE_EXPECT_ERROR(RowMixLinear(first, dense(2, 9, 1), orderOf({0, 1, 2, 3, 4})), "8 and 9 inputs");
        const RowMixLinear map(first, second, orderOf({4, 0, 2, 1, 3}));
        TensorMap tensors = map.tensors();
        tensors.erase("order");
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("row_mix", map.attributes(), tensors, "map"),
                                 "map: its 'order' is missing");
        Json nested = map.attributes();
        nested["first"] = "row_mix";
        PARETOSCOPE_EXPECT_ERROR(linearWeightFromTensors("row_mix", nested, map.tensors(), "map"),
                                 "inside a mix of rows");
    }

    void endsAreUniform()
    {
        test::StarterModel starter;
        const std::string tail = ",group_size=64,calibration_samples=3,calibration_length=48)";
        const Pipeline none = starter.with("quantization.mixllm(bits=4,share=0" + tail);
        const Pipeline gptq = starter.with("quantization.gptq(bits=4" + tail);
        const Pipeline all = starter.with("quantization.mixllm(bits=4,share=1" + tail);
        const Pipeline some = starter.with("quantization.mixllm(bits=4,share=0.1" + tail);
        std::map<std::string, std::vector<float>> expected;
        forEachLinear(*gptq.model, [&](const LinearId& id, const Linear& linear) {
            expected[id.text()] = linear.weight->toDense();
        });
        forEachLinear(*none.model, [&](const LinearId& id, const Linear& linear) {
            QVERIFY(linear.weight->toDense() == expected.at(id.text()));
        });
        forEachLinear(*all.model, [](const LinearId&, const Linear& linear) {
            QCOMPARE(linear.weight->description(), std::string("8-bit symmetric groups of 64"));
        });
        int64_t rows = 0, chosen = 0;
        forEachLinear(*some.model, [&](const LinearId&, const Linear& linear) {
            rows += linear.weight->outputs();
            if (const auto* mix = dynamic_cast<const RowMixLinear*>(linear.weight.get()))
                chosen += mix->second()->outputs();
            else if (linear.weight->description().starts_with("8-bit")) chosen += linear.weight->outputs();
        });
        QCOMPARE(chosen, int64_t(std::lround(0.1 * double(rows))));
        QVERIFY(linearFootprint(*some.model).bytes > linearFootprint(*none.model).bytes);
        QVERIFY(linearFootprint(*some.model).bytes < linearFootprint(*all.model).bytes);
    }
};

QTEST_GUILESS_MAIN(MixLlmTest)
#include "mixllm_test.moc"
