// How several metrics summarize evidence.
#pragma once

#include "core/evaluation/metric.h"

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace paretoscope::metrics {

// A value that is known exactly.
Measurement exactly(double value);
// Mean of repeats with a Student t interval.
Measurement meanOf(std::span<const double> values);
// Negative log-likelihood a token over windows: mean of window means weighted by tokens, items =
// windows. Nothing without language evidence.
std::optional<Measurement> tokenNll(const Evidence& evidence);

// Mean over positions of what `sum` adds up in a window of the comparison with the uncompressed
// model; items = windows. Nothing without fidelity evidence.
std::optional<Measurement> positionMean(const Evidence& evidence, double (*sum)(const FidelityEvidence::Window&));

// Share of items whose score is 1, with a Wilson interval, which also gives the standard error where all or none are
// right. Nothing without items.
std::optional<Measurement> shareOf(std::vector<ItemScore> items);
// Mean of the items' scores with a Student t interval. Nothing without items.
std::optional<Measurement> meanOfItems(std::vector<ItemScore> items);

// Share of right answers with a Wilson interval; items = questions. Only those whose item begins with
// one of the kinds ("passage-test-00001"); all when none is named. Nothing without such answers.
std::optional<Measurement> shareOfRightAnswers(const Evidence& evidence, std::initializer_list<std::string_view> kinds);

// Which changes of an answer count.
struct AnswerChanges {
    bool lost = false;   // right in the baseline, wrong in the run
    bool gained = false; // the other way round
};
// Share of questions whose answer changed so, over the items of accuracy and exact_match. Nothing when
// neither metric has the same items on both sides.
std::optional<Measurement> shareOfChangedAnswers(std::span<const Measurement> run, std::span<const Measurement> baseline,
                                                 AnswerChanges changes);
// Of metrics that only have a `change`.
std::optional<Measurement> nothingFromEvidence(const Evidence& evidence);

// One score of every multiple-choice question; empty without such evidence.
std::vector<ItemScore> questionScores(const Evidence& evidence,
                                      const std::function<double(const ChoiceEvidence::Question&)>& score);
// Share of questions whose right choice has the greatest value; of equal ones the first counts. Nothing without
// such evidence.
std::optional<Measurement> shareOfRightChoices(const Evidence& evidence, double (*value)(const ChoiceEvidence::Choice&));
// One score of every generated answer that has it; empty without answers.
std::vector<ItemScore> answerScores(const Evidence& evidence,
                                    const std::function<std::optional<double>(const AnswerEvidence::Answer&)>& score);

// Index of the greatest value; of equal ones the first.
size_t greatest(std::span<const double> values);
// Probabilities of a question's choices: softmax of their log-likelihoods.
std::vector<double> choiceProbabilities(const ChoiceEvidence::Question& question);

} // namespace paretoscope::metrics
