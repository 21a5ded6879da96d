// "Is A better than B?", "by no more than M % worse?", "how many items would tell?" in sentences.
#include "core/evaluation/metric.h"
#include "core/report/metric_difference.h"

#include <cmath>

namespace paretoscope {

namespace {

struct Words {
    std::string title, unit; // of the metric
    bool higherIsBetter = false, share = false;
};

Words wordsOf(const std::string& metric)
{
    const Metric* known = findMetric(metric);
    if (!known) return {metric, "", false, false};
    return {known->info.title, known->info.unit, known->info.higherIsBetter,
            known->info.scale == MetricScale::Ratio};
}

const char* itemWord(const ComparedMetric& d)
{
    return d.test == ComparedMetric::Test::McNemar ? "questions" : "items";
}

std::string testWords(const ComparedMetric& d, int64_t family)
{
    std::string text;
    switch (d.test) {
    case ComparedMetric::Test::McNemar:
        text = fmt::format("exact McNemar test on {} shared questions, {} right only in the first "
                           "and {} only in the second",
                           d.items, d.paired->onlyA, d.paired->onlyB);
        break;
    case ComparedMetric::Test::SignFlip:
        text = fmt::format("sign-flip test on {} shared items", d.items);
        break;
    case ComparedMetric::Test::Normal:
        text = d.notPaired.empty()
                   ? "z test of the two standard errors"
                   : fmt::format("z test of the two standard errors, not paired because {}",
                                 d.notPaired);
        break;
    case ComparedMetric::Test::None: return "no test: nothing is known of the noise";
    }
    const double p = d.adjustedP.value_or(d.pValue.value_or(1));
    text += ", " + pText(p);
    if (d.adjustedP && family > 1) text += fmt::format(" after Holm's correction for {} tests", family);
    return text;
}

// "by +2.5 points [0.5, 4.5] (87.5 % against 85.0 %; test)"
std::string factsOf(const ComparedMetric& d, int64_t family)
{
    std::string text = differenceText(d.metric, d.difference);
    if (d.low && d.high) text += " " + intervalText(d.metric, *d.low, *d.high);
    return text + fmt::format(" ({} against {}; {})", metricText(d.metric, d.valueA),
                              metricText(d.metric, d.valueB), testWords(d, family));
}

Answer exactAnswer(const ComparedMetric& d, const Words& words, const std::string& a,
                   const std::string& b)
{
    Answer answer{Answer::Kind::Exact, {}};
    const std::string values = fmt::format("{} against {}", metricText(d.metric, d.valueA),
                                           metricText(d.metric, d.valueB));
    if (d.difference == 0)
        answer.sentence = fmt::format("{} and {} are equal in {} ({}).", a, b, words.title, values);
    else
        answer.sentence =
            fmt::format("{} is {} than {} in {}: {} ({}; a single value, no test).", a,
                        (d.difference > 0) == words.higherIsBetter ? "better" : "worse", b,
                        words.title, differenceText(d.metric, d.difference), values);
    return answer;
}

// What an interval end means as a loss of A, in percent of B or in points.
double lossPercent(const ComparedMetric& d, const Words& words, double end)
{
    const double loss = words.higherIsBetter ? -end : end;
    return 100 * (words.share ? loss : loss / std::abs(d.paired->base));
}

} // namespace

Answer isBetter(const ComparedMetric& d, const std::string& a, const std::string& b,
                int64_t family, double significance)
{
    const Words words = wordsOf(d.metric);
    if (!d.pValue || std::isnan(d.difference)) return exactAnswer(d, words, a, b);
    Answer answer;
    if (d.adjustedP.value_or(*d.pValue) < significance && d.difference != 0) {
        const bool better = (d.difference > 0) == words.higherIsBetter;
        answer.kind = better ? Answer::Kind::Better : Answer::Kind::Worse;
        answer.sentence = fmt::format("{}: {} is {} than {} in {} by {}.", better ? "Yes" : "No", a,
                                      better ? "better" : "worse", b, words.title, factsOf(d, family));
        return answer;
    }
    answer.sentence = fmt::format("Not shown: {} and {} differ in {} by {}", a, b, words.title,
                                  factsOf(d, family));
    if (d.adjustedP && *d.pValue < significance)
        answer.sentence += fmt::format("; alone it would be shown ({}), but among {} tests it may be chance",
                                       pText(*d.pValue), family);
    else if (d.low && d.high)
        answer.sentence += fmt::format("; anything in {} fits the data",
                                       intervalText(d.metric, *d.low, *d.high));
    answer.sentence += ".";
    return answer;
}

bool hasPercentage(const ComparedMetric& d)
{
    constexpr double rounding = 1e-6; // of the logits, in nat
    return wordsOf(d.metric).share || (d.paired && std::abs(d.paired->base) > rounding);
}

std::optional<MarginAnswer> isWithinMargin(const ComparedMetric& d, double percent,
                                           const std::string& a, const std::string& b)
{
    if (!d.paired || !hasPercentage(d) || !std::isfinite(d.difference)) return std::nullopt;
    const Words words = wordsOf(d.metric);
    const double one = lossPercent(d, words, d.paired->low90);
    const double other = lossPercent(d, words, d.paired->high90);
    // The judge speaks of gains.
    const NonInferiority judged =
        judgeAgainstMargin({0, 0, -std::max(one, other), -std::min(one, other), d.items}, percent);
    MarginAnswer answer{percent, -judged.low, judged.nonInferior, judged.equivalent, {}};
    const char* unit = words.share ? "points" : "%";
    const std::string bound =
        answer.worst > 0 ? fmt::format("{:.2f} {} worse", answer.worst, unit)
                         : fmt::format("{:.2f} {} better", -answer.worst, unit);
    const std::string how = fmt::format(
        "one-sided 95 % bound of the {} on {} shared {}",
        d.test == ComparedMetric::Test::McNemar ? "Agresti-Min interval" : "paired t interval",
        d.items, itemWord(d));
    answer.sentence =
        answer.nonInferior
            ? fmt::format("Yes: {} is no more than {:g} {} worse than {} in {}: at worst it is {} "
                          "({}{}).",
                          a, percent, unit, b, words.title, bound, how,
                          answer.equivalent ? "; nor is it that much better: equivalent" : "")
            : fmt::format("Not shown that {} is no more than {:g} {} worse than {} in {}: it may "
                          "be {} ({}).",
                          a, percent, unit, b, words.title, bound, how);
    return answer;
}

std::optional<ItemsNeeded> itemsNeeded(const ComparedMetric& d, double halfWidthPercent)
{
    if (!d.paired || !hasPercentage(d)) return std::nullopt;
    const Words words = wordsOf(d.metric);
    const PairedTest& test = *d.paired;
    const double unit = words.share ? 0.01 : std::abs(test.base) / 100;
    ItemsNeeded needed;
    needed.forInterval = itemsForInterval(test, halfWidthPercent * unit);
    if (d.test == ComparedMetric::Test::McNemar)
        needed.toDetect = questionsNeeded(double(test.onlyA + test.onlyB) / double(test.items),
                                          test.difference);
    else if (test.difference != 0 && test.spread > 0)
        needed.toDetect = itemsForInterval(test, std::abs(test.difference) * normalQuantile(0.975) /
                                                     (normalQuantile(0.975) + normalQuantile(0.8)));
    if (needed.forInterval == 0) return std::nullopt;
    needed.sentence =
        fmt::format("To know the difference in {} to ± {:g} {}, about {} {} are needed ({} were "
                    "shared)",
                    words.title, halfWidthPercent, words.share ? "points" : "%",
                    needed.forInterval, itemWord(d), d.items);
    if (needed.toDetect > 0)
        needed.sentence += fmt::format("; to find a difference as large as this one with 80 % "
                                       "power, about {}",
                                       needed.toDetect);
    needed.sentence += ".";
    return needed;
}

} // namespace paretoscope
