// Fidelity to the uncompressed model, against full distributions computed position by position.
#include "core/base/content_cache.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/data/arithmetic_problems.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/strategies.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace paretoscope;

namespace {

constexpr int window = 48;
constexpr int windows = 3;

Pipeline starter()
{
    Pipeline pipeline;
    pipeline.model = openModel(PARETOSCOPE_SOURCE_DIR "/resources/models/starter");
    return pipeline;
}

Pipeline rounded(const Pipeline& pipeline, int bits)
{
    JobContext job;
    Workbench workbench;
    workbench.backend = cpuBackend();
    workbench.job = &job;
    return applyRecipe(parseRecipe(fmt::format("quantization.rtn(bits={})", bits)), pipeline, workbench);
}

std::string text()
{
    return arithmeticText(1, 40);
}

Evidence measured(const Pipeline& pipeline, const Pipeline& reference, const ContentCache* cache)
{
    const Task& task = taskById("fidelity");
    const Settings settings = completeSettings(task.parameters, {{"window", window}, {"max_windows", windows}}, "test");
    JobContext job;
    Evidence evidence;
    task.run({pipeline, cpuBackend(), settings, text(), "text.txt", 1, job, &reference, cache}, evidence);
    return evidence;
}

double valueOf(const Evidence& evidence, const std::string& metric)
{
    for (const Measurement& measurement : measureAll(evidence))
        if (measurement.metric == metric) return measurement.value;
    return NAN;
}

std::vector<std::vector<double>> logProbabilities(const Pipeline& pipeline, const std::vector<int32_t>& tokens)
{
    Session session(pipeline.model, cpuBackend());
    const ConstMatrixView logits = session.forward(tokens, LogitRows::All);
    std::vector<std::vector<double>> rows;
    for (int64_t r = 0; r < logits.rows; ++r) {
        double sum = 0;
        for (const float logit : logits.rowSpan(r)) sum += std::exp(double(logit));
        std::vector<double> row;
        for (const float logit : logits.rowSpan(r)) row.push_back(double(logit) - std::log(sum));
        rows.push_back(row);
    }
    return rows;
}

struct Expected {
    double kl = 0, sameTop = 0, change = 0;
};

Expected expected(const Pipeline& pipeline, const Pipeline& reference)
{
    const Tokenizer& tokenizer = *reference.model->tokenizer;
    const std::vector<int32_t> all = tokenizer.encode(text(), false, false);
    Expected result;
    double positions = 0;
    for (int w = 0; w < windows; ++w) {
        std::vector<int32_t> tokens;
        if (tokenizer.beginToken()) tokens.push_back(*tokenizer.beginToken());
        tokens.insert(tokens.end(), all.begin() + w * window, all.begin() + (w + 1) * window);
        const auto p = logProbabilities(reference, tokens), q = logProbabilities(pipeline, tokens);
        for (size_t i = 0; i + 1 < tokens.size(); ++i, ++positions) {
            for (size_t v = 0; v < p[i].size(); ++v) result.kl += std::exp(p[i][v]) * (p[i][v] - q[i][v]);
            const auto top = [](const std::vector<double>& row) { return std::max_element(row.begin(), row.end()) - row.begin(); };
            result.sameTop += top(p[i]) == top(q[i]);
            result.change += std::exp(q[i][size_t(tokens[i + 1])]) - std::exp(p[i][size_t(tokens[i + 1])]);
        }
    }
    return {result.kl / positions, result.sameTop / positions, result.change / positions};
}

} // namespace

class FidelityTaskTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { quantization::registerStrategies(StrategyRegistry::instance()); }

    void agreesWithFullDistributions()
    {
        const Pipeline reference = starter();
        for (const int bits : {2, 3, 4}) {
            const Pipeline pipeline = rounded(reference, bits);
            const Expected full = expected(pipeline, reference);
            const Evidence evidence = measured(pipeline, reference, nullptr);
            const double kl = valueOf(evidence, "kl_divergence");
            // Few positions here: the estimate's own standard error says how near it must be.
            const double error = std::sqrt(evidence.fidelity->klEstimateVariance);
            QVERIFY2(std::abs(kl - full.kl) < 4 * error + 0.005 * full.kl, qPrintable(QString::number(kl - full.kl)));
            QVERIFY(error < 0.05 * full.kl);
            QVERIFY(std::abs(valueOf(evidence, "top1_agreement") - full.sameTop) < 1e-9);
            QVERIFY(std::abs(valueOf(evidence, "probability_change") - full.change) < 1e-5);
            QVERIFY(valueOf(evidence, "kl_p99") > kl);
        }
    }

    void theUncompressedModelIsAtZero()
    {
        const Pipeline reference = starter();
        const Evidence evidence = measured(reference, reference, nullptr);
        QVERIFY(std::abs(valueOf(evidence, "kl_divergence")) < 1e-6);
        QCOMPARE(valueOf(evidence, "top1_agreement"), 1.0);
    }

    void runsShareOneReference()
    {
        const ScratchFolder scratch;
        const ContentCache cache(scratch.path());
        const Pipeline reference = starter();
        const Pipeline pipeline = rounded(reference, 3);
        const double first = valueOf(measured(pipeline, reference, &cache), "kl_divergence");
        measured(reference, reference, &cache);
        const auto entries = std::filesystem::directory_iterator(scratch.path());
        QCOMPARE(std::distance(begin(entries), end(entries)), 1);
        // A damaged file is made again.
        const auto file = std::filesystem::directory_iterator(scratch.path())->path();
        std::ofstream(file, std::ios::binary) << "damaged";
        QCOMPARE(valueOf(measured(pipeline, reference, &cache), "kl_divergence"), first);
        QVERIFY(std::filesystem::file_size(file) > 1000);
    }

    void anotherVocabularyIsRefused()
    {
        const Pipeline reference = starter();
        auto other = std::make_shared<Model>(*reference.model);
        other->config.vocabulary += 1;
        Pipeline pipeline;
        pipeline.model = other;
        QVERIFY_THROWS_EXCEPTION(Error, measured(pipeline, reference, nullptr));
    }
};

QTEST_GUILESS_MAIN(FidelityTaskTest)
#include "fidelity_task_test.moc"
