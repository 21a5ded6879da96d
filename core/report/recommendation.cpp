// Which run to take, why, what comes next, and what the runs do not tell.
#include "core/evaluation/metric.h"
#include "core/report/frontier_svg.h"
#include "core/report/study.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace paretoscope {

namespace {

double costOf(const Study& study, int64_t run)
{
    const double x = study.run(run)->measurement(study.options.plane.x)->value;
    return metricByName(study.options.plane.x).info.higherIsBetter ? -x : x;
}

std::string marginText(const Study& study)
{
    const bool share = metricByName(study.options.plane.y).info.scale == MetricScale::Ratio;
    return fmt::format("{:g} {}", study.options.marginPercent, share ? "points" : "%");
}

// Runs that are shown to lose less than the margin, cheapest first.
std::vector<const BaselineTest*> goodEnough(const Study& study)
{
    std::vector<const BaselineTest*> passing;
    for (const BaselineTest& test : study.tests)
        if (test.marginP && *test.marginP < study.options.significance && study.frontier.member(test.run))
            passing.push_back(&test);
    std::stable_sort(passing.begin(), passing.end(), [&](const BaselineTest* a, const BaselineTest* b) {
        const double costA = costOf(study, a->run), costB = costOf(study, b->run);
        return costA != costB ? costA < costB : *a->marginP < *b->marginP;
    });
    return passing;
}

std::string against(const Study& study, const BaselineTest& test, const std::string& metric)
{
    const Measurement* own = study.run(test.run)->measurement(metric);
    const Measurement* base = study.run(test.baseline)->measurement(metric);
    if (!own || !base) return {};
    std::string text = fmt::format("{} {} against {}", metricByName(metric).info.title,
                                   metricText(metric, own->value), metricText(metric, base->value));
    if (metricByName(metric).info.scale == MetricScale::Bytes && base->value > 0)
        text += fmt::format(" ({:.0f} %)", 100 * own->value / base->value);
    return text;
}

std::string nameOf(const Study& study, int64_t run)
{
    return fmt::format("run {} ({})", run, study.run(run)->request.recipe);
}

std::string factsOf(const Study& study, const BaselineTest& test)
{
    std::string text = against(study, test, study.options.plane.x) + "; " + against(study, test, study.options.plane.y);
    if (test.margin && test.margin->worst > 0)
        text += fmt::format("; with 95 % confidence at most {:.1f} {} worse", test.margin->worst,
                            metricByName(study.options.plane.y).info.scale == MetricScale::Ratio ? "points" : "%");
    else if (test.margin)
        text += "; with 95 % confidence no worse at all";
    return text;
}

void recommendGoodEnough(const Study& study, const std::vector<const BaselineTest*>& passing, Recommendation& result)
{
    const BaselineTest& best = *passing[0];
    result.run = best.run;
    result.withinMargin = true;
    result.reason = fmt::format(
        "Take {}. It is {} of the {} runs that are shown to lose less than {} of {} against the uncompressed model "
        "(non-inferiority, Holm-corrected over {} runs, {}): {}.",
        nameOf(study, best.run), metricByName(study.options.plane.x).info.higherIsBetter ? "the best" : "the cheapest",
        passing.size(), marginText(study), metricByName(study.options.plane.y).info.title, study.tests.size(),
        fmt::format("p = {:.2g}", *best.marginP), factsOf(study, best));
    if (passing.size() < 2) return;
    result.runnerUp = passing[1]->run;
    result.runnerReason = fmt::format("Runner-up: {}; {}.", nameOf(study, passing[1]->run), factsOf(study, *passing[1]));
}

void recommendKnee(const Study& study, Recommendation& result)
{
    const std::string& title = metricByName(study.options.plane.y).info.title;
    result.reason =
        study.hasMargin()
            ? fmt::format("No run is shown to lose less than {} of {} against the uncompressed model.", marginText(study), title)
            : fmt::format("{} of the uncompressed model is 0, and nothing is a share of 0: no run is recommended for losing "
                          "less than a margin.", title);
    std::vector<const BaselineTest*> nearest;
    for (const BaselineTest& test : study.tests)
        if (test.margin && study.frontier.member(test.run)) nearest.push_back(&test);
    std::stable_sort(nearest.begin(), nearest.end(), [](const BaselineTest* a, const BaselineTest* b) {
        return a->margin->worst < b->margin->worst;
    });
    if (!nearest.empty())
        result.reason += fmt::format(" Nearest to it is {}: {}.", nameOf(study, nearest[0]->run), factsOf(study, *nearest[0]));
    if (const auto knee = study.frontier.knee("chord")) {
        result.run = knee;
        result.reason += fmt::format(" The frontier bends at {}: beyond it, each further gain of {} costs more {} than "
                                     "before. Take it only if its loss is acceptable.",
                                     nameOf(study, *knee), metricByName(study.options.plane.y).info.title,
                                     metricByName(study.options.plane.x).info.title);
    }
}

// Whether the kinder end of the 95 % interval is a loss of less than the margin.
bool mayPass(const Study& study, int64_t run)
{
    const BaselineTest* test = study.test(run);
    if (!test || !test->difference.paired) return false;
    const MetricInfo& y = metricByName(study.options.plane.y).info;
    const PairedTest& paired = *test->difference.paired;
    const double loss = y.higherIsBetter ? -paired.high : paired.low;
    const double unit = y.scale == MetricScale::Ratio ? 1 : std::abs(paired.base);
    return loss < study.options.marginPercent / 100 * unit;
}

void addUnknown(const Study& study, Recommendation& result)
{
    std::vector<std::string>& unknown = result.unknown;
    const std::string title = metricByName(study.options.plane.y).info.title;
    if (study.frontier.sharedItems > 0)
        unknown.push_back(fmt::format("{} rests on {} shared items; other ones, other tasks and other languages were not asked.",
                                      title, study.frontier.sharedItems));
    else
        unknown.push_back("The runs share no items, so differences are not paired and intervals are wide.");
    unknown.push_back("The choice and its numbers come from the same items, and the best of many looks better than it "
                      "is. Measure the chosen run again on items that were not used here.");
    std::set<uint64_t> seeds;
    for (const Run& run : study.runs) seeds.insert(run.request.seed);
    if (seeds.size() == 1)
        unknown.push_back(fmt::format("Every run has seed {}: how much another seed would change is not known.", *seeds.begin()));
    if (result.run) {
        std::string ties;
        const double cost = costOf(study, *result.run);
        for (const FrontierMember& member : study.frontier.members)
            if (member.kept() && costOf(study, member.run) < cost && mayPass(study, member.run))
                ties += (ties.empty() ? "" : ", ") + std::to_string(member.run);
        if (!ties.empty())
            unknown.push_back("Cheaper runs that may lose less than the margin too, which more items would tell: " + ties + ".");
    }
    const auto failed = std::count_if(study.runs.begin(), study.runs.end(), [](const Run& run) { return run.state != RunState::Done; });
    if (failed > 0) unknown.push_back(fmt::format("{} of {} runs have no result; what they would have shown is open.", failed, study.runs.size()));
    unknown.push_back("Speeds and memory are those of one machine with the threads named below.");
}

} // namespace

Recommendation recommend(const Study& study)
{
    Recommendation result;
    const auto passing = goodEnough(study);
    if (study.tests.empty())
        result.reason = "There is no finished uncompressed run to compare with, so nothing is recommended.";
    else if (passing.empty())
        recommendKnee(study, result);
    else
        recommendGoodEnough(study, passing, result);
    addUnknown(study, result);
    return result;
}

} // namespace paretoscope
