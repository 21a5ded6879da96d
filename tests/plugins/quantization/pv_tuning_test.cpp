// PV-Tuning by the checks of its method card.
#include "core/base/error.h"
#include "core/model/codebook_linear.h"
#include "plugins/quantization/code_changes.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

CodebookFit someFit(const Problem& problem)
{
    CodebookSettings settings;
    settings.books = 2;
    settings.bits = 4;
    return CodebookSolver(*cpuBackend(), problem.weights, problem.rows, problem.columns, nullptr, settings).fit();
}

// ½ Σ (Ŵ - W)²
double toyLoss(const Problem& problem, const CodebookFit& fit)
{
    double sum = 0;
    const std::vector<float> dense = fit.dense();
    for (size_t i = 0; i < dense.size(); ++i) sum += std::pow(double(dense[i]) - double(problem.weights[i]), 2) / 2;
    return sum;
}

std::vector<float> toyGradient(const Problem& problem, const CodebookFit& fit)
{
    std::vector<float> gradient = fit.dense();
    for (size_t i = 0; i < gradient.size(); ++i) gradient[i] -= problem.weights[i];
    return gradient;
}

int64_t groupsThatDiffer(const CodebookFit& a, const CodebookFit& b)
{
    int64_t count = 0;
    for (size_t g = 0; g < a.codes.size(); g += size_t(a.books))
        count += !std::equal(a.codes.begin() + std::ptrdiff_t(g), a.codes.begin() + std::ptrdiff_t(g) + a.books, b.codes.begin() + std::ptrdiff_t(g));
    return count;
}

// Mean KL(original ‖ compressed) of the predictions on the beginning of the text, in f64.
double divergence(const StarterModel& starter, const Pipeline& compressed)
{
    const std::vector<int32_t> tokens =
        starter.pipeline.model->tokenizer->encode(starter.workbench.calibrationText.substr(0, 600), false);
    const auto logProbabilities = [&](const ModelPtr& model) {
        Session session(model, cpuBackend());
        const ConstMatrixView logits = session.forward(tokens, LogitRows::All);
        std::vector<std::vector<double>> rows;
        for (int64_t r = 0; r < logits.rows; ++r) {
            double sum = 0;
            for (const float logit : logits.rowSpan(r)) sum += std::exp(double(logit));
            rows.emplace_back();
            for (const float logit : logits.rowSpan(r)) rows.back().push_back(double(logit) - std::log(sum));
        }
        return rows;
    };
    const auto p = logProbabilities(starter.pipeline.model), q = logProbabilities(compressed.model);
    double total = 0;
    for (size_t r = 0; r < p.size(); ++r)
        for (size_t v = 0; v < p[r].size(); ++v) total += std::exp(p[r][v]) * (p[r][v] - q[r][v]);
    return total / double(p.size());
}

} // namespace

class PvTuningTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    // Never more groups than allowed, none at all with a share of 0, and numbers stay as they are.
    void changesFewCodes()
    {
        const Problem problem = someProblem(32, 64, 2), other = someProblem(32, 64, 3);
        for (const double share : {0.0, 0.001, 0.05, 1.0}) {
            CodebookFit fit = someFit(problem);
            CodeChanges changes(fit, {0.5, 0.95, share, 0, 1});
            int64_t total = 0;
            for (int step = 0; step < 8; ++step) {
                const CodebookFit before = fit;
                const int64_t changed = changes.step(*cpuBackend(), fit, toyGradient(other, fit));
                QCOMPARE(changed, groupsThatDiffer(before, fit));
                QVERIFY(changed <= (share > 0 ? std::max<int64_t>(1, int64_t(share * 256)) : 0));
                QCOMPARE(fit.codebooks, before.codebooks);
                QCOMPARE(fit.scales, before.scales);
                total += changed;
            }
            QVERIFY((total > 0) == (share > 0));
        }
    }

    // The loss of a quadratic falls as codes follow its gradient, towards that of the nearest codes.
    void followsTheGradient()
    {
        const Problem start = someProblem(32, 64, 4), goal = someProblem(32, 64, 5);
        CodebookFit fit = someFit(start);
        CodebookFit nearest = fit;
        CodebookSettings settings;
        settings.books = 2;
        settings.bits = 4;
        CodebookSolver best(*cpuBackend(), goal.weights, nullptr, nearest, settings);
        for (int i = 0; i < 4; ++i) best.searchCodes();
        const double first = toyLoss(goal, fit), reachable = toyLoss(goal, best.fit());
        CodeChanges changes(fit, {0.2, 0.95, 0.1, 0, 2});
        double before = first;
        int falls = 0;
        for (int step = 0; step < 20; ++step) {
            changes.step(*cpuBackend(), fit, toyGradient(goal, fit));
            const double loss = toyLoss(goal, fit);
            falls += loss < before;
            before = loss;
        }
        QVERIFY2(falls >= 15, qPrintable(QString::number(falls)));
        QVERIFY2(before - reachable < 0.5 * (first - reachable), qPrintable(QString("%1 of %2, %3").arg(before).arg(first).arg(reachable)));
    }

    // The bytes of AQLM, and closer to the original; without changes of codes they stay AQLM's.
    void wholeModel()
    {
        StarterModel starter;
        auto model = std::make_shared<Model>(*starter.pipeline.model);
        model->blocks.resize(1);
        model->config.blocks.resize(1);
        starter.pipeline.model = model;
        const std::string form = "codebooks=2,code_bits=5,rounds=1,calibration_samples=8,calibration_length=48,tuning_epochs=0";
        const Pipeline aqlm = starter.with("quantization.aqlm(" + form + ")");
        const auto tuned = [&](double share) {
            return starter.with(fmt::format("quantization.pv_tuning({},steps=16,batch=3,rate=0.005,code_rate=0.05,code_share={})", form, share));
        };
        const Pipeline both = tuned(0.02), numbers = tuned(0);
        QCOMPARE(linearFootprint(*both.model).bytes, linearFootprint(*aqlm.model).bytes);
        const auto codesOf = [](const Pipeline& pipeline) {
            std::vector<std::string> codes;
            forEachLinear(*pipeline.model, [&](const LinearId&, const Linear& linear) {
                const auto bytes = dynamic_cast<const CodebookLinear&>(*linear.weight).matrix().codes.bytes();
                codes.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            });
            return codes;
        };
        QVERIFY(codesOf(numbers) == codesOf(aqlm));
        QVERIFY(codesOf(both) != codesOf(aqlm));
        const double before = divergence(starter, aqlm), byNumbers = divergence(starter, numbers), byBoth = divergence(starter, both);
        QVERIFY2(byNumbers < 0.95 * before && byBoth < 0.95 * before, qPrintable(QString("%1, %2 of %3").arg(byNumbers).arg(byBoth).arg(before)));
        PARETOSCOPE_EXPECT_ERROR(starter.with("quantization.rtn+quantization.pv_tuning"), "is already compressed");
    }
};

QTEST_GUILESS_MAIN(PvTuningTest)
#include "pv_tuning_test.moc"
