#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/frontier_analysis.h"
#include "core/report/metric_difference.h"

#include <cmath>
#include <map>

namespace paretoscope::commands {

namespace {

Json orNull(const std::optional<double>& value)
{
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json orNull(const std::optional<int64_t>& value)
{
    return value ? Json(*value) : Json(nullptr);
}

Json pointJson(const Run& run, const FrontierMember& member, const Plane& plane)
{
    const Measurement& x = *run.measurement(plane.x);
    const Measurement& y = *run.measurement(plane.y);
    return {{"run", run.id},
            {"experiment", run.experiment},
            {"recipe", run.request.recipe},
            {"x", x.value},
            {"y", y.value},
            {"x_low", x.low.value_or(x.value)},
            {"x_high", x.high.value_or(x.value)},
            {"y_low", y.low.value_or(y.value)},
            {"y_high", y.high.value_or(y.value)},
            {"on_frontier", member.onFrontier},
            {"probability", member.probability},
            {"membership", membershipName(member.membership)},
            {"kept", member.kept()},
            {"dominated_beyond_noise", !member.kept()},
            {"certainly_dominated_by", orNull(member.certainDominator)},
            {"certainly_dominated_p", member.kept() ? Json(nullptr) : Json(member.certainP)},
            {"dominated_by", member.dominatedBy}};
}

Json kneesJson(const FrontierAnalysis& analysis)
{
    Json knees = Json::object();
    for (const KneeRule& rule : analysis.knees)
        knees[rule.id] = {{"run", orNull(rule.run)}, {"stability", rule.stability}, {"rule", rule.name}};
    return knees;
}

Json frontierJson(const FrontierAnalysis& analysis, const std::map<int64_t, const Run*>& byId, const Plane& plane)
{
    Json points = Json::array();
    for (const FrontierMember& member : analysis.members)
        points.push_back(pointJson(*byId.at(member.run), member, plane));
    Json prices = Json::array();
    for (const PriceRange& price : analysis.prices)
        prices.push_back({{"run", price.id}, {"low", price.low}, {"high", orNull(std::optional(price.high))}});
    return {{"x", plane.x},
            {"y", plane.y},
            {"log_x", plane.xLog},
            {"log_y", plane.yLog},
            {"points", std::move(points)},
            {"hypervolume", analysis.hypervolume.value},
            {"hypervolume_low", orNull(analysis.hypervolume.low)},
            {"hypervolume_high", orNull(analysis.hypervolume.high)},
            {"hypervolume_bias", analysis.hypervolumeBias},
            {"knee", orNull(analysis.knee("chord"))},
            {"knees", kneesJson(analysis)},
            {"best_by_price", std::move(prices)},
            {"shared_items", analysis.sharedItems},
            {"bootstrap_draws", analysis.draws}};
}

std::string standing(const FrontierMember& member)
{
    if (member.onFrontier) return "yes";
    return member.kept() ? "within noise" : "";
}

void printPoints(const FrontierAnalysis& analysis, const std::map<int64_t, const Run*>& byId, const Plane& plane,
                 Console& console)
{
    std::vector<std::vector<std::string>> rows{
        {"RUN", "RECIPE", plane.x, plane.y, "FRONTIER", "PROBABILITY", "DOMINATED BY", "BEYOND THE NOISE BY"}};
    for (const FrontierMember& member : analysis.members) {
        const Run& run = *byId.at(member.run);
        std::string by;
        for (const int64_t id : member.dominatedBy) by += (by.empty() ? "" : " ") + std::to_string(id);
        const std::string certain =
            member.kept() ? "" : fmt::format("{} ({})", *member.certainDominator, pText(member.certainP));
        rows.push_back({std::to_string(run.id), run.request.recipe, metricText(plane.x, run.measurement(plane.x)->value),
                        metricText(plane.y, run.measurement(plane.y)->value), standing(member),
                        fmt::format("{:.2f}", member.probability), by, certain});
    }
    console.write(textTable(rows));
}

void printSummary(const FrontierAnalysis& analysis, Console& console)
{
    std::string area = fmt::format("{:.4f}", analysis.hypervolume.value);
    if (analysis.hypervolume.low)
        area += fmt::format(" [{:.4f}, {:.4f}]", *analysis.hypervolume.low, *analysis.hypervolume.high);
    console.print("hypervolume {}, knee {}", area,
                  analysis.knee("chord") ? fmt::format("run {}", *analysis.knee("chord")) : "none");
    for (const KneeRule& rule : analysis.knees)
        console.print("  {}: {}", rule.name,
                      rule.run ? fmt::format("run {} (in {:.0f} % of draws)", *rule.run, 100 * rule.stability) : "none");
    if (analysis.sharedItems > 0)
        console.print("probability: share of {} paired draws of {} shared items in which a run is on the frontier",
                      analysis.draws, analysis.sharedItems);
    else
        console.print("probability: over {} draws from the standard errors; the runs share no items", analysis.draws);
}

FrontierOptions optionsOf(const Arguments& arguments)
{
    FrontierOptions options;
    options.plane = {requiredMetric(arguments, "x"), requiredMetric(arguments, "y"), arguments.has("log-x"),
                     arguments.has("log-y")};
    options.draws = int(arguments.integer("draws", options.draws, 1, 1000000));
    options.keep = arguments.number("keep", 100 * options.keep, 1e-3, 100) / 100;
    if (arguments.has("budget")) options.budget = arguments.number("budget", 0, 0, 1e300);
    return options;
}

int run(const Arguments& arguments, Console& console)
{
    const FrontierOptions options = optionsOf(arguments);
    const auto store = openStore(arguments);
    const std::vector<Run> runs = doneRunsWithItems(*store, runQuery(*store, arguments), {options.plane.x, options.plane.y});
    const FrontierAnalysis analysis = analyseFrontier(runs, options);
    if (analysis.leftOut)
        console.note("note: {} finished runs lack one of the two metrics or a place on these axes", analysis.leftOut);
    std::map<int64_t, const Run*> byId;
    for (const Run& each : runs) byId[each.id] = &each;
    if (console.wantsJson()) {
        console.json(frontierJson(analysis, byId, options.plane));
    } else {
        printPoints(analysis, byId, options.plane, console);
        printSummary(analysis, console);
    }
    return 0;
}

} // namespace

const Command& frontierCommand()
{
    static const Command row{
        "frontier",
        "Tell which runs are on the Pareto frontier and how surely, and who dominates the others.",
        {},
        {options::store(),
         {"x", "METRIC", "The metric across."},
         {"y", "METRIC", "The metric up."},
         {"log-x", "", "Measure hypervolume and knee with a logarithmic x axis."},
         {"log-y", "", "The same for y."},
         {"keep", "PERCENT", "Name the cheapest run that keeps this much of the baseline's y; 98 when not given."},
         {"budget", "X", "Name the best run that costs no more of x than this."},
         {"draws", "N", "Draws of the items behind probabilities and intervals; 1000 when not given."},
         options::experiment(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
