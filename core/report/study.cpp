#include "core/report/study.h"

#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/multiple_tests.h"
#include "core/report/cells.h"
#include "core/report/frontier_svg.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace paretoscope {

namespace {

constexpr size_t mostStrategies = 8; // 28 pairs

const Run* baselineOf(const std::vector<Run>& runs, const Run& run, const std::string& metric)
{
    const Run* found = nullptr;
    for (const Run& other : runs) {
        if (!other.baseline() || other.state != RunState::Done || !other.measurement(metric)) continue;
        if (other.request.model != run.request.model) continue;
        if (other.experimentId == run.experimentId) return &other;
        if (!found) found = &other;
    }
    return found;
}

double marginIn(const ComparedMetric& difference, double percent)
{
    const Metric* known = findMetric(difference.metric);
    const bool share = known && known->info.scale == MetricScale::Ratio;
    return percent / 100 * (share ? 1 : std::abs(difference.paired->base));
}

void addTests(Study& study)
{
    const std::string& metric = study.options.plane.y;
    const bool higher = metricByName(metric).info.higherIsBetter;
    for (const Run& run : study.runs) {
        if (run.baseline() || run.state != RunState::Done || !run.measurement(metric)) continue;
        const Run* baseline = baselineOf(study.runs, run, metric);
        if (!baseline) continue;
        BaselineTest test;
        test.run = run.id;
        test.baseline = baseline->id;
        test.difference = compareMetric(run, *baseline, *run.measurement(metric), *baseline->measurement(metric));
        study.tests.push_back(std::move(test));
    }
    std::vector<ComparedMetric*> family;
    std::vector<double> margins;
    for (BaselineTest& test : study.tests) {
        family.push_back(&test.difference);
        if (test.difference.paired && hasPercentage(test.difference))
            margins.push_back(marginPValue(*test.difference.paired, marginIn(test.difference, study.options.marginPercent), higher));
    }
    study.familySize = adjustTogether(family);
    const std::vector<double> adjusted = holmAdjusted(margins);
    size_t next = 0;
    for (BaselineTest& test : study.tests) {
        const std::string name = fmt::format("run {}", test.run), base = fmt::format("run {}", test.baseline);
        test.answer = isBetter(test.difference, name, base, study.familySize, study.options.significance);
        test.margin = isWithinMargin(test.difference, study.options.marginPercent, name, base);
        if (test.difference.paired && hasPercentage(test.difference)) test.marginP = adjusted[next++];
    }
}

void addStrategies(Study& study)
{
    std::vector<std::string> order;
    std::map<std::string, std::vector<Run>> groups;
    for (const Run& run : study.runs) {
        if (run.baseline() || !study.frontier.member(run.id)) continue;
        const std::string strategy = strategyOf(run.request.recipe);
        if (groups[strategy].empty()) order.push_back(strategy);
        groups[strategy].push_back(run);
    }
    std::erase_if(order, [&](const std::string& name) { return groups[name].size() < 2; });
    if (order.size() > mostStrategies) order.resize(mostStrategies);
    for (size_t i = 0; i < order.size(); ++i)
        for (size_t j = i + 1; j < order.size(); ++j)
            if (auto difference = frontierDifference(groups[order[j]], groups[order[i]], study.options.plane, study.options.draws))
                study.strategies.push_back({order[j], order[i], *difference});
}

std::string spaced(std::string name)
{
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

std::vector<std::string> columnsOf(const Study& study)
{
    if (!study.options.columns.empty()) return study.options.columns;
    std::vector<std::string> columns{study.options.plane.x, study.options.plane.y};
    constexpr const char* wanted[] = {"bits_per_weight", "kl_divergence", "perplexity", "exact_match",
                                      "decode_tokens_per_second", "peak_memory_bytes"};
    for (const char* name : wanted) {
        const bool known = std::find(columns.begin(), columns.end(), name) != columns.end();
        const bool measured = std::any_of(study.runs.begin(), study.runs.end(), [&](const Run& run) { return run.measurement(name); });
        if (!known && measured) columns.emplace_back(name);
    }
    return columns;
}

} // namespace

bool Study::hasMargin() const
{
    return std::none_of(tests.begin(), tests.end(), [](const BaselineTest& test) {
        return test.difference.paired && !hasPercentage(test.difference);
    });
}

const Run* Study::run(int64_t id) const
{
    const auto found = std::find_if(runs.begin(), runs.end(), [&](const Run& r) { return r.id == id; });
    return found == runs.end() ? nullptr : &*found;
}

const BaselineTest* Study::test(int64_t id) const
{
    const auto found = std::find_if(tests.begin(), tests.end(), [&](const BaselineTest& t) { return t.run == id; });
    return found == tests.end() ? nullptr : &*found;
}

Study makeStudy(std::vector<Run> runs, const StudyOptions& options)
{
    Study study;
    study.options = options;
    study.runs = std::move(runs);
    FrontierOptions frontier;
    frontier.plane = options.plane;
    frontier.draws = options.draws;
    frontier.significance = options.significance;
    study.frontier = analyseFrontier(study.runs, frontier);
    study.columns = columnsOf(study);
    addTests(study);
    addStrategies(study);
    study.stacks = findStacks(study.runs, options.plane.y);
    study.recommendation = recommend(study);
    return study;
}

std::string shortName(const Study& study, const Run& run)
{
    if (run.baseline()) return "not compressed";
    const std::string strategy = strategyOf(run.request.recipe);
    std::vector<Json> peers;
    for (const Run& other : study.runs)
        if (strategyOf(other.request.recipe) == strategy) peers.push_back(Json::parse(other.settings, nullptr, false));
    const Json own = Json::parse(run.settings, nullptr, false);
    std::string text;
    if (own.is_object())
        for (const auto& [name, value] : own.items()) {
            const bool varies = std::any_of(peers.begin(), peers.end(), [&, key = name, mine = value](const Json& peer) {
                return peer.is_object() && peer.value(key, Json()) != mine;
            });
            if (varies) text += (text.empty() ? "" : ", ") + spaced(name) + " " + settingText(own, name);
        }
    return text.empty() ? run.request.recipe : text;
}

} // namespace paretoscope
