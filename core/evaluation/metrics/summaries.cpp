#include "core/evaluation/metrics/summaries.h"

#include "core/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace paretoscope::metrics {

Measurement exactly(double value)
{
    Measurement result;
    result.value = value;
    result.count = 1;
    return result;
}

Measurement meanOf(std::span<const double> values)
{
    const Interval interval = meanInterval(values);
    Measurement result = exactly(interval.mean);
    result.count = interval.count;
    if (interval.count > 1) {
        result.standardError = interval.standardError;
        result.low = interval.low;
        result.high = interval.high;
    }
    return result;
}

namespace {

// Mean of the items' scores by their weights, with its interval over items.
Measurement weightedMean(std::vector<ItemScore> items)
{
    std::vector<double> scores, weights;
    for (const ItemScore& item : items) {
        scores.push_back(item.score);
        weights.push_back(item.weight);
    }
    const Interval interval = weightedMeanInterval(scores, weights);
    Measurement result;
    result.items = std::move(items);
    result.value = interval.mean;
    result.count = interval.count;
    if (interval.count > 1) {
        result.standardError = interval.standardError;
        result.low = interval.low;
        result.high = interval.high;
    }
    return result;
}

} // namespace

std::optional<Measurement> shareOfRightAnswers(const Evidence& evidence, std::initializer_list<std::string_view> kinds)
{
    if (!evidence.answers) return std::nullopt;
    std::vector<ItemScore> items;
    for (const AnswerEvidence::Answer& answer : evidence.answers->answers) {
        const std::string_view kind = std::string_view(answer.item).substr(0, answer.item.find('-'));
        if (kinds.size() > 0 && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) continue;
        items.push_back({answer.item, answer.score, 1});
    }
    return shareOf(std::move(items));
}

std::optional<Measurement> shareOf(std::vector<ItemScore> items)
{
    if (items.empty()) return std::nullopt;
    Measurement result;
    double right = 0;
    for (const ItemScore& item : items) right += item.score;
    result.count = int64_t(items.size());
    result.value = right / double(result.count);
    result.standardError = std::sqrt(result.value * (1 - result.value) / double(result.count));
    const Interval interval = wilsonInterval(std::llround(right), result.count);
    // All right or all wrong is not without error: there, the deviation that Wilson's interval goes by.
    if (result.standardError == 0.0) result.standardError = (interval.high - interval.low) / (2 * normalQuantile(0.975));
    result.low = interval.low;
    result.high = interval.high;
    result.items = std::move(items);
    return result;
}

std::optional<Measurement> meanOfItems(std::vector<ItemScore> items)
{
    if (items.empty()) return std::nullopt;
    std::vector<double> scores;
    for (const ItemScore& item : items) scores.push_back(item.score);
    Measurement result = meanOf(scores);
    result.items = std::move(items);
    return result;
}

namespace {

const Measurement* measurementOf(std::span<const Measurement> measurements, std::string_view metric)
{
    for (const Measurement& measurement : measurements)
        if (measurement.metric == metric) return &measurement;
    return nullptr;
}

// Adds 1 for every changed answer and 0 for the others; nothing where the questions are not the same.
void addChanges(const Measurement& run, const Measurement& baseline, AnswerChanges changes, std::vector<ItemScore>& items)
{
    std::map<std::string_view, bool> before;
    for (const ItemScore& item : baseline.items) before[item.item] = item.score > 0.5;
    const bool same = before.size() == run.items.size() &&
                      std::all_of(run.items.begin(), run.items.end(),
                                  [&](const ItemScore& item) { return before.contains(item.item); });
    if (!same) return;
    for (const ItemScore& item : run.items) {
        const bool was = before[item.item], is = item.score > 0.5;
        const bool counts = (was && !is && changes.lost) || (!was && is && changes.gained);
        items.push_back({item.item, counts ? 1.0 : 0.0, 1});
    }
}

} // namespace

std::optional<Measurement> shareOfChangedAnswers(std::span<const Measurement> run, std::span<const Measurement> baseline,
                                                 AnswerChanges changes)
{
    std::vector<ItemScore> items;
    for (const char* metric : {"accuracy", "exact_match"}) {
        const Measurement* now = measurementOf(run, metric);
        const Measurement* then = measurementOf(baseline, metric);
        if (now && then) addChanges(*now, *then, changes, items);
    }
    return shareOf(std::move(items));
}

std::optional<Measurement> nothingFromEvidence(const Evidence&)
{
    return std::nullopt;
}

std::vector<ItemScore> questionScores(const Evidence& evidence,
                                      const std::function<double(const ChoiceEvidence::Question&)>& score)
{
    std::vector<ItemScore> items;
    if (evidence.choices)
        for (const ChoiceEvidence::Question& question : evidence.choices->questions)
            items.push_back({question.item, score(question), 1});
    return items;
}

std::optional<Measurement> shareOfRightChoices(const Evidence& evidence, double (*value)(const ChoiceEvidence::Choice&))
{
    return shareOf(questionScores(evidence, [value](const ChoiceEvidence::Question& question) {
        std::vector<double> values;
        for (const ChoiceEvidence::Choice& choice : question.choices) values.push_back(value(choice));
        return greatest(values) == question.right ? 1.0 : 0.0;
    }));
}

std::vector<ItemScore> answerScores(const Evidence& evidence,
                                    const std::function<std::optional<double>(const AnswerEvidence::Answer&)>& score)
{
    std::vector<ItemScore> items;
    if (evidence.answers)
        for (const AnswerEvidence::Answer& answer : evidence.answers->answers)
            if (const std::optional<double> value = score(answer)) items.push_back({answer.item, *value, 1});
    return items;
}

size_t greatest(std::span<const double> values)
{
    return size_t(std::max_element(values.begin(), values.end()) - values.begin());
}

std::vector<double> choiceProbabilities(const ChoiceEvidence::Question& question)
{
    std::vector<double> result;
    for (const ChoiceEvidence::Choice& choice : question.choices) result.push_back(choice.logLikelihood);
    const double most = result[greatest(result)];
    double sum = 0;
    for (double& value : result) sum += value = std::exp(value - most);
    for (double& value : result) value /= sum;
    return result;
}

std::optional<Measurement> tokenNll(const Evidence& evidence)
{
    if (!evidence.language || evidence.language->windows.empty()) return std::nullopt;
    std::vector<ItemScore> items;
    for (const LanguageEvidence::Window& window : evidence.language->windows)
        items.push_back({window.item, window.nllSum / double(window.tokens), double(window.tokens)});
    return weightedMean(std::move(items));
}

std::optional<Measurement> positionMean(const Evidence& evidence, double (*sum)(const FidelityEvidence::Window&))
{
    if (!evidence.fidelity || evidence.fidelity->windows.empty()) return std::nullopt;
    std::vector<ItemScore> items;
    for (const FidelityEvidence::Window& window : evidence.fidelity->windows)
        items.push_back({window.item, sum(window) / double(window.positions), double(window.positions)});
    return weightedMean(std::move(items));
}

} // namespace paretoscope::metrics
