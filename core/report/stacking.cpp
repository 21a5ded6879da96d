#include "core/report/stacking.h"

#include "core/evaluation/metric.h"
#include "core/evaluation/multiple_tests.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

std::string joined(std::span<const std::string> steps)
{
    std::string recipe;
    for (const std::string& step : steps)
        recipe += (recipe.empty() ? "" : "+") + step;
    return recipe.empty() ? "none" : recipe;
}

// Of the same experiment rather than another; nothing when no finished run saw the same items.
const Run* findRun(std::span<const Run> runs, const Run& like, const std::string& recipe,
                   const std::string& metric)
{
    const Run* found = nullptr;
    for (const Run& run : runs) {
        if (run.state != RunState::Done || run.request.recipe != recipe) continue;
        if (run.request.model != like.request.model || !run.measurement(metric)) continue;
        if (!whyNotSameItems(run, like, metric).empty()) continue;
        if (run.experimentId == like.experimentId) return &run;
        if (!found) found = &run;
    }
    return found;
}

std::string sentenceOf(const StackedRuns& stack, const std::string& metric, size_t family)
{
    const Metric* known = findMetric(metric);
    const bool higher = known && known->info.higherIsBetter;
    const PairedDifference& d = *stack.interaction;
    const double p = stack.adjustedP.value_or(d.pValue);
    const bool logarithm = std::abs(stack.bothValue) > 0 && metric == "perplexity";
    const std::string what =
        logarithm ? fmt::format("{:+.3g} [{:.3g}, {:.3g}] in ln {}", d.difference, d.low, d.high, metric)
                  : differenceText(metric, d.difference) + " " + intervalText(metric, d.low, d.high);
    const bool kinder = (d.difference > 0) == higher;
    const char* verdict = p >= 0.05  ? "nothing shows that the losses do not add up"
                          : kinder ? "the stack loses less than its parts together"
                                   : "the stack loses more than its parts together";
    return fmt::format("{} then {}: {} (beyond the sum: {}; sign-flip test on {} items, {}{}).",
                       stack.firstRecipe, stack.secondRecipe, verdict, what, d.items, pText(p),
                       family > 1 ? fmt::format(" after Holm's correction for {} tests", family) : "");
}

std::optional<StackedRuns> stackOf(std::span<const Run> runs, const Run& both, const std::string& metric,
                                   const std::string& first, const std::string& second)
{
    const Run* base = findRun(runs, both, "none", metric);
    const Run* one = findRun(runs, both, first, metric);
    const Run* other = findRun(runs, both, second, metric);
    if (!base || !one || !other) return std::nullopt;
    StackedRuns stack{base->id, one->id, other->id, both.id, first, second,
                      base->measurement(metric)->value, one->measurement(metric)->value,
                      other->measurement(metric)->value, both.measurement(metric)->value, {}, {}, {}, {}};
    stack.interaction = stackingInteraction(*base->measurement(metric), *one->measurement(metric),
                                            *other->measurement(metric), *both.measurement(metric));
    if (!stack.interaction) return std::nullopt;
    if (const Run* reversed = findRun(runs, both, second + "+" + first, metric); reversed && first != second)
        stack.order = compareMetric(both, *reversed, *both.measurement(metric), *reversed->measurement(metric));
    return stack;
}

} // namespace

std::vector<std::string> stepsOf(const std::string& recipe)
{
    std::vector<std::string> steps;
    if (recipe == "none" || recipe.empty()) return steps;
    steps.emplace_back();
    int depth = 0;
    for (const char c : recipe) {
        depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
        if (c == '+' && depth == 0)
            steps.emplace_back();
        else
            steps.back() += c;
    }
    return steps;
}

std::vector<StackedRuns> findStacks(std::span<const Run> runs, const std::string& metric)
{
    std::vector<StackedRuns> stacks;
    for (const Run& run : runs) {
        if (run.state != RunState::Done || !run.measurement(metric)) continue;
        const std::vector<std::string> steps = stepsOf(run.request.recipe);
        for (size_t cut = 1; cut < steps.size(); ++cut)
            if (auto stack = stackOf(runs, run, metric, joined(std::span(steps).first(cut)),
                                     joined(std::span(steps).subspan(cut))))
                stacks.push_back(std::move(*stack));
    }
    std::vector<double> p;
    for (const StackedRuns& stack : stacks)
        p.push_back(stack.interaction->pValue);
    const std::vector<double> adjusted = holmAdjusted(p);
    for (size_t i = 0; i < stacks.size(); ++i) {
        stacks[i].adjustedP = adjusted[i];
        stacks[i].sentence = sentenceOf(stacks[i], metric, stacks.size());
    }
    return stacks;
}

} // namespace paretoscope
