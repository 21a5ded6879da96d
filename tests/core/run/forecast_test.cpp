// Forecasts from histories whose next value is known.
#include "core/run/forecast.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/strategies.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

Run past(const std::string& model, const std::string& recipe, double seconds, double bytes, double operations = 1e6)
{
    Run run;
    run.state = RunState::Done;
    run.request.model = model;
    run.request.recipe = recipe;
    run.request.tasks = {{"perplexity", "{}", "text"}};
    run.startedAt = 1000;
    run.finishedAt = 1000 + seconds;
    for (const auto& [metric, value] : {std::pair{"file_bytes", bytes}, {"peak_memory_bytes", 3 * bytes}, {"flops_per_token", operations}}) {
        Measurement measurement;
        measurement.metric = metric;
        measurement.value = value;
        run.measurements.push_back(measurement);
    }
    return run;
}

RunRequest asked(const std::string& model, const std::string& recipe)
{
    RunRequest request = past(model, recipe, 1, 1).request;
    return request;
}

} // namespace

class ForecastTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { quantization::registerStrategies(StrategyRegistry::instance()); }

    void nothingIsSaidWithoutHistory()
    {
        const RunForecast forecast = Forecaster({}).forecast(asked("m", "quantization.rtn(bits=4)"), 1e6);
        QVERIFY(!forecast.seconds && !forecast.fileBytes && !forecast.peakMemoryBytes);
        const std::vector<Run> other{past("m", "none", 3, 100)};
        QVERIFY(!Forecaster(other).forecast(asked("m", "quantization.rtn(bits=4)"), 1e6).seconds);
    }

    void equalRunsCountMost()
    {
        const std::vector<Run> runs{past("m", "quantization.rtn(bits=4)", 10, 400), past("m", "quantization.rtn(bits=4)", 12, 400),
                                    past("m", "quantization.rtn(bits=4)", 11, 400), past("m", "quantization.rtn(bits=8)", 90, 800)};
        const RunForecast forecast = Forecaster(runs).forecast(asked("m", "quantization.rtn(bits=4)"), 1e6);
        QCOMPARE(forecast.seconds->value, 11.0);
        QCOMPARE(forecast.seconds->basis, int64_t(3));
        QCOMPARE(forecast.fileBytes->value, 400.0);
        QCOMPARE(forecast.peakMemoryBytes->value, 1200.0);
    }

    void sizesLieOnALineOverBits()
    {
        const std::vector<Run> runs{past("m", "quantization.rtn(bits=2)", 10, 120), past("m", "quantization.rtn(bits=4)", 10, 220),
                                    past("m", "quantization.rtn(bits=8)", 10, 420)};
        const RunForecast forecast = Forecaster(runs).forecast(asked("m", "quantization.rtn(bits=3)"), 1e6);
        QVERIFY(std::abs(forecast.fileBytes->value - 170) < 1e-9);
        QVERIFY(*forecast.fileBytes->pastError < 1e-9); // each lies on the line of the others
        QCOMPARE(forecast.seconds->value, 10.0);
        QCOMPARE(*forecast.seconds->pastError, 0.0);
    }

    void otherModelsCountByTheirOperations()
    {
        const std::vector<Run> runs{past("small", "quantization.rtn(bits=4)", 10, 100, 1e6)};
        const RunForecast forecast = Forecaster(runs).forecast(asked("large", "quantization.rtn(bits=4)"), 5e6);
        QCOMPARE(forecast.seconds->value, 50.0);
        QVERIFY(!forecast.seconds->pastError);
    }

    void otherTasksTakeOtherTimes()
    {
        std::vector<Run> runs{past("m", "quantization.rtn(bits=4)", 10, 100)};
        RunRequest request = asked("m", "quantization.rtn(bits=4)");
        request.tasks = {{"fidelity", "{}", "text"}};
        const RunForecast forecast = Forecaster(runs).forecast(request, 1e6);
        QVERIFY(!forecast.seconds);
        QCOMPARE(forecast.fileBytes->value, 100.0);
    }

    void pastErrorsAreThoseOfTheRule()
    {
        const std::vector<Run> runs{past("m", "quantization.rtn(bits=4)", 10, 1), past("m", "quantization.rtn(bits=4)", 10, 1),
                                    past("m", "quantization.rtn(bits=4)", 20, 1)};
        const RunForecast forecast = Forecaster(runs).forecast(asked("m", "quantization.rtn(bits=4)"), 1e6);
        QCOMPARE(forecast.seconds->value, 10.0);
        // Each told by the others: 15 for 10, 15 for 10 and 10 for 20.
        QCOMPARE(*forecast.seconds->pastError, 0.5);
    }

    void failedRunsTeachNothing()
    {
        std::vector<Run> runs{past("m", "quantization.rtn(bits=4)", 10, 100)};
        runs[0].state = RunState::Failed;
        QVERIFY(!Forecaster(runs).forecast(asked("m", "quantization.rtn(bits=4)"), 1e6).seconds);
    }

    void recipesOfMissingPluginsAreTakenAsTheyAre()
    {
        const std::vector<Run> runs{past("m", "gone.method(x=1)", 10, 100)};
        QCOMPARE(Forecaster(runs).forecast(asked("m", "gone.method(x=1)"), 1e6).seconds->value, 10.0);
    }
};

QTEST_GUILESS_MAIN(ForecastTest)
#include "forecast_test.moc"
