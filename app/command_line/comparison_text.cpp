#include "app/command_line/comparison_text.h"

#include "core/base/json.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

Json orNull(const std::optional<double>& value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

bool isTested(const ComparedMetric& metric, const ComparisonQuestion& question)
{
    const std::vector<std::string>& tested = question.options.tested;
    return std::find(tested.begin(), tested.end(), metric.metric) != tested.end();
}

// What the sentences call the two runs of a pair.
std::string nameOf(int64_t run)
{
    return fmt::format("run {}", run);
}

const char* answerName(Answer::Kind kind)
{
    switch (kind) {
    case Answer::Kind::Better: return "better";
    case Answer::Kind::Worse: return "worse";
    case Answer::Kind::NotShown: return "not_shown";
    case Answer::Kind::Exact: return "exact";
    }
    return "";
}

// The first letter of a sentence that begins with a name.
std::string asSentence(std::string text)
{
    if (text.rfind("run ", 0) == 0) text[0] = 'R';
    return text;
}

Answer answerOf(const Comparison& comparison, const ComparedMetric& metric, const ComparisonQuestion& question)
{
    Answer answer = isBetter(metric, nameOf(metric.runA), nameOf(metric.runB), comparison.familySize,
                             question.significance);
    answer.sentence = asSentence(answer.sentence);
    return answer;
}

Json marginJson(const MarginAnswer& answer)
{
    return {{"percent", answer.percent},
            {"worst_percent", orNull(answer.worst)},
            {"non_inferior", answer.nonInferior},
            {"equivalent", answer.equivalent},
            {"sentence", answer.sentence}};
}

void addAnswers(Json& json, const Comparison& comparison, const ComparedMetric& metric,
                const ComparisonQuestion& question)
{
    const Answer answer = answerOf(comparison, metric, question);
    json["answer"] = answerName(answer.kind);
    json["sentence"] = answer.sentence;
    const std::string a = nameOf(metric.runA), b = nameOf(metric.runB);
    if (question.marginPercent)
        if (const auto margin = isWithinMargin(metric, *question.marginPercent, a, b))
            json["margin"] = marginJson(*margin);
    if (question.halfWidthPercent)
        if (const auto needed = itemsNeeded(metric, *question.halfWidthPercent))
            json["items_needed"] = {{"half_width_percent", *question.halfWidthPercent},
                                    {"for_interval", needed->forInterval},
                                    {"to_detect", needed->toDetect},
                                    {"sentence", needed->sentence}};
}

Json metricJson(const Comparison& comparison, const ComparedMetric& metric, const ComparisonQuestion& question)
{
    Json json{{"run_a", metric.runA},
              {"run_b", metric.runB},
              {"metric", metric.metric},
              {"value_a", orNull(metric.valueA)},
              {"value_b", orNull(metric.valueB)},
              {"difference", orNull(metric.difference)},
              {"low", orNull(metric.low)},
              {"high", orNull(metric.high)},
              {"p_value", orNull(metric.pValue)},
              {"p_adjusted", orNull(metric.adjustedP)},
              {"items", metric.items},
              {"test", testName(metric.test)},
              {"tested", isTested(metric, question)}};
    if (!metric.notPaired.empty()) json["not_paired"] = metric.notPaired;
    if (metric.paired) {
        json["bootstrap_low"] = orNull(metric.paired->bootstrapLow);
        json["bootstrap_high"] = orNull(metric.paired->bootstrapHigh);
        if (metric.paired->kind == PairedTest::Kind::McNemar)
            json["discordant"] = {{"only_a", metric.paired->onlyA}, {"only_b", metric.paired->onlyB}};
    }
    if (isTested(metric, question)) addAnswers(json, comparison, metric, question);
    return json;
}

Json estimateJson(const Estimate& estimate)
{
    return {{"value", orNull(estimate.value)}, {"low", orNull(estimate.low)}, {"high", orNull(estimate.high)}};
}

void addFrontiers(Json& json, const Comparison& comparison, const ComparisonQuestion& question)
{
    json["bd_rate"] = nullptr;
    json["hypervolume"] = {{"a", nullptr}, {"b", nullptr}};
    if (!comparison.frontiers) return;
    const FrontierDifference& frontiers = *comparison.frontiers;
    json["hypervolume"] = {{"a", frontiers.hypervolumeA.value},
                           {"b", frontiers.hypervolumeB.value},
                           {"a_interval", estimateJson(frontiers.hypervolumeA)},
                           {"b_interval", estimateJson(frontiers.hypervolumeB)},
                           {"difference", estimateJson(frontiers.hypervolumeGain)}};
    if (frontiers.bdRate) {
        json["bd_rate"] = frontiers.bdRate->value;
        json["bd_rate_low"] = orNull(frontiers.bdRate->low);
        json["bd_rate_high"] = orNull(frontiers.bdRate->high);
        json["bd_overlap"] = frontiers.overlapShare;
        json["bd_crosses"] = frontiers.crosses;
    }
    json["frontier_points"] = {{"a", frontiers.pointsA}, {"b", frontiers.pointsB}};
    json["shared_items"] = frontiers.sharedItems;
    json["bootstrap_draws"] = frontiers.draws;
    if (!question.a.single || !question.b.single)
        json["sentence"] = frontierSentence(frontiers, question.options.plane, question.a.name, question.b.name);
}

Answer pooledAnswer(const Comparison& comparison, const PooledDifference& pooled, const ComparisonQuestion& question)
{
    Answer answer = isBetter(pooled.difference, question.a.name, question.b.name, int64_t(comparison.pooled.size()),
                             question.significance);
    answer.sentence = fmt::format("Over all {} pairs: {}", pooled.pairs, answer.sentence);
    return answer;
}

Json pooledJson(const Comparison& comparison, const ComparisonQuestion& question)
{
    Json list = Json::array();
    for (const PooledDifference& pooled : comparison.pooled) {
        const ComparedMetric& d = pooled.difference;
        const Answer answer = pooledAnswer(comparison, pooled, question);
        list.push_back({{"metric", d.metric}, {"pairs", pooled.pairs}, {"difference", orNull(d.difference)},
                        {"low", orNull(d.low)}, {"high", orNull(d.high)}, {"p_value", orNull(d.pValue)},
                        {"p_adjusted", orNull(d.adjustedP)}, {"items", d.items}, {"test", testName(d.test)},
                        {"answer", answerName(answer.kind)}, {"sentence", answer.sentence}});
    }
    return list;
}

std::string number(const std::optional<double>& value, const char* format = "{:.5g}")
{
    return value ? fmt::format(fmt::runtime(format), *value) : std::string();
}

void printTable(const Comparison& comparison, const ComparisonQuestion& question, Console& console)
{
    const Plane& plane = question.options.plane;
    std::vector<std::vector<std::string>> rows{
        {"RUN A", "RUN B", "METRIC", "A", "B", "A - B", "95% INTERVAL", "P", "P CORRECTED", "TEST"}};
    for (const ComparedMetric& metric : comparison.metrics) {
        const bool both = question.a.single && question.b.single; // then there is room for everything
        if (!both && !isTested(metric, question) && metric.metric != plane.x) continue;
        const std::string interval =
            metric.low && metric.high ? intervalText(metric.metric, *metric.low, *metric.high) : "";
        rows.push_back({std::to_string(metric.runA), std::to_string(metric.runB), metric.metric,
                        metricText(metric.metric, metric.valueA), metricText(metric.metric, metric.valueB),
                        differenceText(metric.metric, metric.difference), interval, number(metric.pValue, "{:.2g}"),
                        number(metric.adjustedP, "{:.2g}"), testName(metric.test)});
    }
    console.write(textTable(rows));
}

void printAnswers(const Comparison& comparison, const ComparisonQuestion& question, Console& console)
{
    for (const ComparedMetric& metric : comparison.metrics) {
        if (!isTested(metric, question) || (metric.pValue && !metric.adjustedP)) continue;
        console.print("{}", answerOf(comparison, metric, question).sentence);
        const std::string a = nameOf(metric.runA), b = nameOf(metric.runB);
        if (question.marginPercent)
            if (const auto margin = isWithinMargin(metric, *question.marginPercent, a, b))
                console.print("  {}", margin->sentence);
        if (question.halfWidthPercent)
            if (const auto needed = itemsNeeded(metric, *question.halfWidthPercent))
                console.print("  {}", needed->sentence);
    }
}

} // namespace

Json comparisonJson(const Comparison& comparison, const ComparisonQuestion& question)
{
    Json pairs = Json::array();
    for (const ComparedMetric& metric : comparison.metrics)
        pairs.push_back(metricJson(comparison, metric, question));
    Json settings = Json::array();
    for (const SettingDifference& setting : comparison.settings)
        settings.push_back({{"setting", setting.name}, {"a", setting.a}, {"b", setting.b}});
    const auto plain = [](const NamedRuns& named) {
        return named.single ? std::to_string(named.runs[0]) : named.name.substr(1, named.name.size() - 2);
    };
    Json json{{"a", plain(question.a)},
              {"b", plain(question.b)},
              {"x", question.options.plane.x},
              {"y", question.options.plane.y},
              {"tested_metrics", question.options.tested},
              {"tests_corrected_together", comparison.familySize},
              {"significance", question.significance},
              {"pairs", std::move(pairs)},
              {"pooled", pooledJson(comparison, question)},
              {"settings_that_differ", std::move(settings)}};
    addFrontiers(json, comparison, question);
    return json;
}

void printComparison(const Comparison& comparison, const ComparisonQuestion& question, Console& console)
{
    printTable(comparison, question, console);
    console.print("");
    printAnswers(comparison, question, console);
    for (const PooledDifference& pooled : comparison.pooled)
        console.print("{}", pooledAnswer(comparison, pooled, question).sentence);
    if (comparison.frontiers && !(question.a.single && question.b.single)) {
        const FrontierDifference& frontiers = *comparison.frontiers;
        console.print("{}", frontierSentence(frontiers, question.options.plane, question.a.name, question.b.name));
        console.print("hypervolume: {:.4f} against {:.4f}", frontiers.hypervolumeA.value, frontiers.hypervolumeB.value);
    }
    for (const SettingDifference& setting : comparison.settings)
        console.print("{}: {} against {}", setting.name, Json(setting.a).dump(), Json(setting.b).dump());
}

} // namespace paretoscope
