#include "core/report/metric_difference.h"

#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/multiple_tests.h"
#include "core/evaluation/task.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

void combineErrors(const Measurement& a, const Measurement& b, ComparedMetric& result)
{
    if (!a.standardError || !b.standardError) return;
    const double error = std::hypot(*a.standardError, *b.standardError);
    if (!(error > 0)) return;
    const double reach = normalQuantile(0.975) * error;
    result.low = result.difference - reach;
    result.high = result.difference + reach;
    result.pValue = std::erfc(std::abs(result.difference) / error / std::sqrt(2.0));
    result.test = ComparedMetric::Test::Normal;
}

void pairItems(const Measurement& a, const Measurement& b, int resamples, ComparedMetric& result)
{
    PairedTestOptions options;
    options.resamples = resamples;
    result.paired = pairedTest(a, b, options);
    if (!result.paired) {
        result.notPaired = "they share no items";
        return;
    }
    const PairedTest& test = *result.paired;
    result.items = test.items;
    result.pValue = test.pValue;
    result.low = test.low;
    result.high = test.high;
    result.test = test.kind == PairedTest::Kind::McNemar ? ComparedMetric::Test::McNemar
                                                         : ComparedMetric::Test::SignFlip;
    if (size_t(test.items) == a.items.size() && size_t(test.items) == b.items.size()) return;
    result.valueB = test.base;
    result.valueA = test.base + test.difference;
    result.difference = test.difference;
}

// A task's settings without how many items it asks for: the same items come first whatever that is.
Json settingsWithoutCounts(const TaskRequest& request)
{
    Json settings = Json::parse(request.settings, nullptr, false);
    if (!settings.is_object()) return Json(request.settings);
    settings.erase("items");
    settings.erase("max_windows");
    return settings;
}

std::vector<const TaskRequest*> tasksBehind(const Run& run, const std::string& metric)
{
    std::vector<const TaskRequest*> result;
    for (const TaskRequest& request : run.request.tasks)
        for (const Task* task : tasks::all()) {
            const std::vector<std::string>& fed = task->info.metrics;
            if (task->info.id == request.task &&
                std::find(fed.begin(), fed.end(), metric) != fed.end())
                result.push_back(&request);
        }
    return result;
}

} // namespace

const char* testName(ComparedMetric::Test test)
{
    switch (test) {
    case ComparedMetric::Test::McNemar: return "mcnemar_exact";
    case ComparedMetric::Test::SignFlip: return "sign_flip";
    case ComparedMetric::Test::Normal: return "normal";
    case ComparedMetric::Test::None: break;
    }
    return "";
}

std::string whyNotSameItems(const Run& a, const Run& b, const std::string& metric)
{
    if (a.provenance.dataFingerprint == b.provenance.dataFingerprint) return {};
    const auto ofA = tasksBehind(a, metric);
    const auto ofB = tasksBehind(b, metric);
    // A metric over several tasks pairs on the tasks that both runs have: items carry the task's
    // kind in their names.
    for (const TaskRequest* one : ofA)
        for (const TaskRequest* other : ofB) {
            if (one->task != other->task) continue;
            if (one->textFile != other->textFile) return "the texts differ";
            if (settingsWithoutCounts(*one) != settingsWithoutCounts(*other))
                return fmt::format("the settings of '{}' differ", one->task);
        }
    return {};
}

ComparedMetric compareMetric(const Run& a, const Run& b, const Measurement& ofA,
                             const Measurement& ofB, int resamples)
{
    ComparedMetric result;
    result.runA = a.id;
    result.runB = b.id;
    result.metric = ofA.metric;
    result.valueA = ofA.value;
    result.valueB = ofB.value;
    result.difference = ofA.value - ofB.value;
    if (!ofA.items.empty() && !ofB.items.empty()) {
        result.notPaired = whyNotSameItems(a, b, ofA.metric);
        if (result.notPaired.empty()) pairItems(ofA, ofB, resamples, result);
    }
    if (!result.pValue) combineErrors(ofA, ofB, result);
    return result;
}

int64_t adjustTogether(std::span<ComparedMetric* const> tests)
{
    std::vector<double> p;
    for (const ComparedMetric* test : tests)
        if (test->pValue) p.push_back(*test->pValue);
    const std::vector<double> adjusted = holmAdjusted(p);
    size_t next = 0;
    for (ComparedMetric* test : tests)
        if (test->pValue) test->adjustedP = adjusted[next++];
    return int64_t(p.size());
}

} // namespace paretoscope
