// One experiment against another.
#include "core/report/comparison.h"

#include "core/evaluation/statistics.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

Run doneRun(int64_t id, const std::string& recipe, double bytes, const std::vector<double>& nll)
{
    Run run;
    run.id = id;
    run.state = RunState::Done;
    run.request.recipe = recipe;
    run.request.model = "m";
    Measurement size;
    size.metric = "file_bytes";
    size.value = bytes;
    Measurement perplexity;
    perplexity.metric = "perplexity";
    for (size_t i = 0; i < nll.size(); ++i)
        perplexity.items.push_back({"window-" + std::to_string(i), nll[i], 1});
    perplexity.value = std::exp(meanInterval(nll).mean);
    run.measurements = {size, perplexity};
    return run;
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-9 * std::max(1.0, std::abs(b));
}

const ComparedMetric& metricOf(const Comparison& comparison, int64_t runA,
                               const std::string& metric)
{
    for (const ComparedMetric& row : comparison.metrics)
        if (row.runA == runA && row.metric == metric) return row;
    qFatal("no such row");
}

} // namespace

class ComparisonTest : public QObject {
    Q_OBJECT
private slots:
    void runsPairByRecipe()
    {
        const std::vector<Run> a{doneRun(1, "none", 1, {1}), doneRun(2, "x", 1, {1}),
                                 doneRun(3, "y", 1, {1}), doneRun(4, "x", 1, {1})};
        const std::vector<Run> b{doneRun(11, "x", 1, {1}), doneRun(12, "none", 1, {1}),
                                 doneRun(13, "z", 1, {1})};
        std::vector<std::pair<int64_t, int64_t>> pairs;
        for (const auto& [runA, runB] : pairRuns(a, b))
            pairs.emplace_back(runA->id, runB->id);
        QVERIFY(pairs == (std::vector<std::pair<int64_t, int64_t>>{{1, 12}, {2, 11}, {3, 13}}));
    }

    void strategiesPairAtEqualSettings()
    {
        std::vector<Run> a{doneRun(1, "rtn(bits=2)", 1, {1}), doneRun(2, "rtn(bits=3)", 1, {1})};
        std::vector<Run> b{doneRun(11, "gptq(bits=3)", 1, {1}), doneRun(12, "gptq(bits=4)", 1, {1})};
        a[0].settings = R"({"bits":2,"group_size":64})";
        a[1].settings = R"({"bits":3,"group_size":64})";
        b[0].settings = R"({"bits":3,"group_size":64,"damping":0.01})";
        b[1].settings = R"({"bits":4,"group_size":64,"damping":0.01})";
        std::vector<std::pair<int64_t, int64_t>> pairs;
        for (const auto& [runA, runB] : pairRuns(a, b))
            pairs.emplace_back(runA->id, runB->id);
        QVERIFY(pairs == (std::vector<std::pair<int64_t, int64_t>>{{1, 12}, {2, 11}}));
    }

    void onlyTheTestedAreCorrected()
    {
        const std::vector<Run> a{doneRun(1, "none", 100, {2.1, 1.9, 2.4}), doneRun(2, "x", 100, {2.5, 2.2, 2.6}), doneRun(5, "y", 100, {3.1, 3.2, 3.6})};
        const std::vector<Run> b{doneRun(3, "none", 100, {2.0, 1.7, 2.1}), doneRun(4, "x", 100, {2.4, 2.3, 2.7}), doneRun(6, "y", 100, {3.0, 3.0, 3.1})};
        QVERIFY(!metricOf(compareRuns(a, b, {}), 1, "perplexity").adjustedP);
        ComparisonOptions options;
        options.tested = {"perplexity"};
        const Comparison comparison = compareRuns(a, b, options);
        QCOMPARE(comparison.familySize, int64_t(2)); // two uncompressed models are no question
        QVERIFY(!metricOf(comparison, 1, "perplexity").adjustedP);
        QCOMPARE(*metricOf(comparison, 5, "perplexity").adjustedP, 2 * 0.25); // 2 of 8 signs
        QVERIFY(metricOf(comparison, 5, "perplexity").paired->bootstrapLow);
        QVERIFY(!metricOf(comparison, 1, "file_bytes").adjustedP);
    }

    // Of each window the mean over the pairs x and y: A 2.8 2.7 3.1, B 2.7 2.65 2.9.
    void allPairsAtOnce()
    {
        const std::vector<Run> a{doneRun(1, "none", 1, {9, 9, 9}), doneRun(2, "x", 1, {2.5, 2.2, 2.6}), doneRun(3, "y", 1, {3.1, 3.2, 3.6})};
        const std::vector<Run> b{doneRun(4, "none", 1, {1, 1, 1}), doneRun(5, "x", 1, {2.4, 2.3, 2.7}), doneRun(6, "y", 1, {3.0, 3.0, 3.1})};
        const PooledDifference pooled = *pooledDifference(a, b, "perplexity");
        QCOMPARE(pooled.pairs, int64_t(2));
        QVERIFY(near(pooled.difference.valueA, std::exp(8.6 / 3)));
        const Interval log = meanInterval(std::vector<double>{0.1, 0.05, 0.2});
        const double base = std::exp(8.25 / 3);
        QVERIFY(near(pooled.difference.difference, std::exp(8.6 / 3) - base));
        QVERIFY(near(*pooled.difference.low, base * std::expm1(log.low)));
        QCOMPARE(*pooled.difference.pValue, 0.25);
        QVERIFY(!pooledDifference(std::span(a).first(2), b, "perplexity")); // one pair
        QVERIFY(!pooledDifference(a, b, "file_bytes"));
    }

    void perplexityIsComparedByWindow()
    {
        const std::vector<double> ours{2.1, 1.9, 2.4, 2.0};
        const std::vector<double> theirs{2.0, 1.7, 2.1, 1.9};
        const std::vector<Run> a{doneRun(1, "none", 100, ours)};
        const std::vector<Run> b{doneRun(2, "none", 200, theirs)};
        const Comparison comparison = compareRuns(a, b, {});
        const ComparedMetric& row = metricOf(comparison, 1, "perplexity");
        const Interval log = meanInterval(std::vector<double>{0.1, 0.2, 0.3, 0.1});
        const double base = std::exp(1.925);
        QVERIFY(near(row.difference, std::exp(2.1) - base));
        QVERIFY(near(*row.low, base * std::expm1(log.low)));
        QVERIFY(near(*row.high, base * std::expm1(log.high)));
        QCOMPARE(*row.pValue, 2.0 / 16);
        QCOMPARE(row.items, int64_t(4));
        const ComparedMetric& bytes = metricOf(comparison, 1, "file_bytes");
        QCOMPARE(bytes.difference, -100.0);
        QVERIFY(!bytes.low && !bytes.pValue); // bytes have no noise
    }

    void areasAreSharesOfOneBox()
    {
        const std::vector<Run> a{doneRun(1, "a", 1, {3}), doneRun(2, "b", 3, {1})};
        const std::vector<Run> b{doneRun(3, "c", 2, {3}), doneRun(4, "d", 3, {2})};
        ComparisonOptions options;
        options.plane.x = "file_bytes";
        options.plane.y = "perplexity";
        options.plane.yLog = true;
        const Comparison comparison = compareRuns(a, b, options);
        // ln perplexity 1 to 3, bytes 1 to 3: the corner (3, 3) leaves A nothing: both of its
        // points lie on the box's worst edges.
        QVERIFY(near(comparison.frontiers->hypervolumeA.value + 1, 1));
        QVERIFY(near(comparison.frontiers->hypervolumeB.value + 1, 1));
        const std::vector<Run> better{doneRun(1, "a", 1, {2}), doneRun(2, "b", 3, {1})};
        QVERIFY(near(compareRuns(better, b, options).frontiers->hypervolumeA.value, 0.5));
    }

    void settingsThatDiffer()
    {
        Run a = doneRun(1, "x", 1, {1});
        Run b = doneRun(2, "x", 1, {1});
        a.settings = R"({"bits":4,"same":1})";
        b.settings = R"({"bits":3,"same":1})";
        b.request.seed = 2;
        const Comparison comparison =
            compareRuns(std::span(&a, 1), std::span(&b, 1), ComparisonOptions{});
        std::vector<std::string> names;
        for (const SettingDifference& difference : comparison.settings)
            names.push_back(difference.name);
        QVERIFY(names == (std::vector<std::string>{"bits", "seed"}));
        QVERIFY(comparison.settings[0].a == std::vector<std::string>{"4"});
        QVERIFY(comparison.settings[0].b == std::vector<std::string>{"3"});
    }

    void bdRateOfACheaperCurve()
    {
        std::vector<Run> a, b;
        for (int i = 1; i <= 5; ++i) {
            a.push_back(doneRun(i, "r" + std::to_string(i), 80 * std::pow(2, i), {6.0 / i}));
            b.push_back(doneRun(10 + i, "r" + std::to_string(i), 100 * std::pow(2, i), {6.0 / i}));
        }
        ComparisonOptions options;
        options.plane.x = "file_bytes";
        options.plane.y = "perplexity";
        QVERIFY(near(compareRuns(a, b, options).frontiers->bdRate->value, -0.2));
        options.plane.y = "no_such_metric";
        PARETOSCOPE_EXPECT_ERROR(compareRuns(a, b, options), "no_such_metric");
    }
};

QTEST_GUILESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
