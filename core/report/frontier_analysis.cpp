#include "core/report/frontier_analysis.h"

#include "core/evaluation/metric.h"
#include "core/evaluation/paired_test.h"
#include "core/report/metric_difference.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace paretoscope {

namespace {

using Points = std::vector<FrontierPoint>;

struct Placed {
    std::vector<const Run*> runs;
    Points points;
};

Placed placeRuns(std::span<const Run> runs, const Plane& plane, FrontierAnalysis& analysis)
{
    Placed placed;
    for (const Run& run : runs) {
        if (run.state != RunState::Done) continue;
        if (const auto point = frontierPoint(run, plane.x, plane.y, plane.xLog, plane.yLog)) {
            placed.points.push_back(*point);
            placed.runs.push_back(&run);
        } else {
            ++analysis.leftOut;
        }
    }
    return placed;
}

// p of "a is not better than b in the metric": by items, else by the two errors, else certain.
double oneSidedP(const Run& a, const Run& b, const std::string& metric, bool higherIsBetter)
{
    const Measurement& ofA = *a.measurement(metric);
    const Measurement& ofB = *b.measurement(metric);
    const bool pair =
        !ofA.items.empty() && !ofB.items.empty() && whyNotSameItems(a, b, metric).empty();
    if (pair) {
        PairedTestOptions options;
        options.signFlips = 0;
        const auto test =
            higherIsBetter ? pairedTest(ofA, ofB, options) : pairedTest(ofB, ofA, options);
        if (test) return test->oneSided;
    }
    const double gain = higherIsBetter ? ofA.value - ofB.value : ofB.value - ofA.value;
    const double error = std::hypot(ofA.standardError.value_or(0), ofB.standardError.value_or(0));
    if (!(error > 0)) return gain > 0 ? 0 : 1;
    return 0.5 * std::erfc(gain / error / std::sqrt(2.0));
}

// Costs that have noise must be apart by more than it.
bool costsNoMore(const FrontierPoint& a, const FrontierPoint& b, bool higherIsBetter)
{
    if (a.x == b.x) return true;
    const bool exact = a.xLow == a.xHigh && b.xLow == b.xHigh;
    if (higherIsBetter) return exact ? a.x > b.x : a.xLow > b.xHigh;
    return exact ? a.x < b.x : a.xHigh < b.xLow;
}

void findCertainDominators(const Placed& placed, const FrontierOptions& options,
                           FrontierDirections directions, FrontierAnalysis& analysis)
{
    for (size_t j = 0; j < placed.points.size(); ++j) {
        std::vector<size_t> cheaper;
        for (size_t i = 0; i < placed.points.size(); ++i)
            if (i != j && costsNoMore(placed.points[i], placed.points[j], directions.xHigherIsBetter))
                cheaper.push_back(i);
        double least = 1;
        size_t best = j;
        for (const size_t i : cheaper) {
            const double p = oneSidedP(*placed.runs[i], *placed.runs[j], options.plane.y,
                                       directions.yHigherIsBetter);
            if (p >= least) continue;
            least = p;
            best = i;
        }
        const double corrected = std::min(1.0, least * double(cheaper.size()));
        if (best == j || corrected >= options.significance) continue;
        analysis.members[j].certainDominator = placed.points[best].id;
        analysis.members[j].certainP = corrected;
    }
}

// What "keeps" means in the plane's own numbers; nothing without a baseline.
std::optional<double> worstKept(const Placed& placed, const FrontierOptions& options,
                                FrontierDirections directions)
{
    for (const Run* run : placed.runs) {
        if (!run->baseline()) continue;
        const double value = run->measurement(options.plane.y)->value;
        if (!(value > 0)) return std::nullopt;
        const double worst = directions.yHigherIsBetter ? value * options.keep : value / options.keep;
        return options.plane.yLog ? std::log(worst) : worst;
    }
    return std::nullopt;
}

struct Rule {
    std::string id, name;
    std::function<std::optional<int64_t>(const Points&)> pick;
};

std::vector<Rule> kneeRules(const Placed& placed, const FrontierOptions& options, const UnitBox& box,
                            FrontierDirections directions)
{
    std::vector<Rule> rules;
    const auto add = [&](const char* id, std::string name, auto pick) {
        rules.push_back({id, std::move(name), std::move(pick)});
    };
    add("chord", "farthest from the line through the ends",
        [=](const Points& p) { return chordKnee(p, directions); });
    add("kneedle", "first peak over the line through the ends (Kneedle)",
        [=](const Points& p) { return kneedleKnee(p, directions); });
    add("curvature", "sharpest bend",
        [=](const Points& p) { return curvatureKnee(p, directions); });
    add("exclusive_area", "largest area that it alone dominates", [=](const Points& p) {
        Points unit;
        for (const FrontierPoint& point : p)
            unit.push_back(box.place(point));
        return exclusiveAreaKnee(unit, directions, directions.xHigherIsBetter ? 0 : 1,
                                 directions.yHigherIsBetter ? 0 : 1);
    });
    if (const auto worst = worstKept(placed, options, directions))
        add("cheapest_within",
            fmt::format("cheapest that keeps {:g} % of the baseline's quality", 100 * options.keep),
            [=](const Points& p) { return cheapestWithin(p, directions, *worst); });
    if (options.budget) {
        const double budget = options.plane.xLog ? std::log(*options.budget) : *options.budget;
        add("best_within_budget", "best within the budget",
            [=](const Points& p) { return bestWithinBudget(p, directions, budget); });
    }
    return rules;
}

Points drawOf(const ReplicatedRuns& runs, size_t draw)
{
    Points points;
    for (const ReplicatedPoint& point : runs.points)
        points.push_back(FrontierPoint::exact(point.id, point.x.size() == 1 ? point.x[0] : point.x[draw],
                                              point.y.size() == 1 ? point.y[0] : point.y[draw]));
    return points;
}

void addKnees(const Placed& placed, const ReplicatedRuns& replicated, const FrontierOptions& options,
              const UnitBox& box, FrontierDirections directions, FrontierAnalysis& analysis)
{
    const std::vector<Rule> rules = kneeRules(placed, options, box, directions);
    for (const Rule& rule : rules)
        analysis.knees.push_back({rule.id, rule.name, rule.pick(placed.points), 0});
    for (size_t draw = 0; draw < size_t(replicated.draws); ++draw) {
        const Points points = drawOf(replicated, draw);
        for (size_t r = 0; r < rules.size(); ++r)
            if (rules[r].pick(points) == analysis.knees[r].run)
                analysis.knees[r].stability += 1.0 / replicated.draws;
    }
    for (KneeRule& knee : analysis.knees)
        if (!knee.run) knee.stability = 0;
}

void addArea(const ReplicatedRuns& replicated, const UnitBox& box, FrontierDirections directions,
             FrontierAnalysis& analysis)
{
    std::vector<ReplicatedPoint> unit;
    for (const ReplicatedPoint& point : replicated.points)
        unit.push_back(box.place(point));
    const Interval interval = hypervolumeInterval(unit, directions, directions.xHigherIsBetter ? 0 : 1,
                                                  directions.yHigherIsBetter ? 0 : 1);
    if (!(interval.high > interval.low)) return;
    analysis.hypervolume.low = interval.low;
    analysis.hypervolume.high = interval.high;
    analysis.hypervolumeBias = interval.mean - analysis.hypervolume.value;
}

} // namespace

const FrontierMember* FrontierAnalysis::member(int64_t run) const
{
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const FrontierMember& m) { return m.run == run; });
    return found == members.end() ? nullptr : &*found;
}

std::optional<int64_t> FrontierAnalysis::knee(const std::string& id) const
{
    for (const KneeRule& rule : knees)
        if (rule.id == id) return rule.run;
    return std::nullopt;
}

const char* membershipName(Membership membership)
{
    switch (membership) {
    case Membership::Front: return "front";
    case Membership::Plausible: return "plausible";
    case Membership::Dominated: return "dominated";
    }
    return "";
}

FrontierAnalysis analyseFrontier(std::span<const Run> runs, const FrontierOptions& options)
{
    FrontierAnalysis analysis;
    const FrontierDirections directions = frontierDirections(options.plane.x, options.plane.y);
    const Placed placed = placeRuns(runs, options.plane, analysis);
    const FrontierResult plain = computeFrontier(placed.points, directions);
    for (const FrontierResult::Entry& entry : plain.entries)
        analysis.members.push_back({entry.id, entry.onFrontier, 0, {}, entry.dominatedBy, {}, 1});
    analysis.hypervolume.value = plain.hypervolume;
    const ReplicatedRuns replicated = replicatedRuns(runs, options.plane, options.draws, options.seed);
    analysis.sharedItems = replicated.sharedItems;
    analysis.draws = replicated.draws;
    const auto memberships = frontierMembership(replicated.points, directions);
    for (size_t i = 0; i < memberships.size(); ++i) {
        analysis.members[i].probability = memberships[i].probability;
        analysis.members[i].membership = memberships[i].kind;
    }
    findCertainDominators(placed, options, directions, analysis);
    const UnitBox box(placed.points);
    addArea(replicated, box, directions, analysis);
    addKnees(placed, replicated, options, box, directions, analysis);
    analysis.prices = bestByPrice(placed.points, directions);
    return analysis;
}

} // namespace paretoscope
