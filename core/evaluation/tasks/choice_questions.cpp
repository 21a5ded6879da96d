#include "core/evaluation/tasks/choice_questions.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/inference/ending_scores.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::tasks {

namespace {

TextEnding endingOf(const Model& model, const std::string& context, size_t contextTokens, const std::string& choice)
{
    TextEnding ending{model.tokenizer->encode(context + " " + choice, true), 0};
    std::vector<int32_t>& tokens = ending.tokens;
    if (tokens.size() < 2) fail(ErrorCode::Unsupported, "'{}' reads '{}' as fewer than two tokens", model.name, choice);
    // A tokenizer may join what is on both sides of the border; then the joined token is scored.
    ending.scored = std::max<size_t>(1, tokens.size() - std::min(contextTokens, tokens.size() - 1));
    ending.scored = std::min(ending.scored, tokens.size() - 1); // an empty context scores from the second
    const size_t most = size_t(std::max<int64_t>(2, model.config.contextLength)) + 1; // the last is not read
    if (tokens.size() > most) {
        tokens.erase(tokens.begin(), tokens.end() - std::ptrdiff_t(most));
        ending.scored = std::min(ending.scored, most - 1);
    }
    return ending;
}

int64_t charactersOf(const std::string& text)
{
    return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

} // namespace

ChoiceEvidence::Question scoreChoices(const TaskInput& input, const ChoiceQuestion& question)
{
    const Model& model = *input.pipeline.model;
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot be asked questions", model.name);
    std::string context = question.context;
    for (const auto& compressor : input.pipeline.promptCompressors)
        context = compressor->compress(context, model, input.backend);
    const size_t contextTokens = model.tokenizer->encode(context, true).size();
    std::vector<TextEnding> endings;
    for (const std::string& choice : question.choices)
        endings.push_back(endingOf(model, context, contextTokens, choice));
    const auto scores =
        scoreEndings(input.pipeline.model, input.backend, input.pipeline.sessionOptions(), endings);
    ChoiceEvidence::Question result{question.item, {}, question.right};
    for (size_t i = 0; i < scores.size(); ++i) {
        const double sum = std::accumulate(scores[i].begin(), scores[i].end(), 0.0);
        if (std::isnan(sum)) fail(ErrorCode::BadFile, "the model's output is not a number (NaN) in {}", question.item);
        result.choices.push_back({sum, std::max<int64_t>(1, charactersOf(question.choices[i]))});
    }
    return result;
}

} // namespace paretoscope::tasks
