// Perplexity of a text in disjoint windows (methods/reasoning_eval_vision.md, protocol 1 and 4).
#include "core/base/error.h"
#include "core/evaluation/task.h"
#include "core/evaluation/tasks/text_windows.h"
#include "core/inference/session.h"

#include <cmath>
#include <numeric>

namespace paretoscope::tasks {

namespace {

LanguageEvidence::Window summarize(size_t index, std::span<const int32_t> tokens, std::span<const float> logProbabilities,
                                   const Tokenizer& tokenizer)
{
    LanguageEvidence::Window window;
    window.item = windowName(index);
    for (const float logProbability : logProbabilities) window.nllSum -= double(logProbability);
    window.tokens = int64_t(logProbabilities.size());
    const std::vector<int32_t> scored(tokens.begin() + 1, tokens.end());
    window.bytes = int64_t(tokenizer.decode(scored, false).size());
    if (std::isnan(window.nllSum))
        fail(ErrorCode::BadFile, "the model's output is not a number (NaN) in {}", window.item);
    return window;
}

void run(const TaskInput& input, Evidence& evidence)
{
    const ModelPtr& model = input.pipeline.model;
    const std::vector<std::vector<int32_t>> windows = textWindows(input);
    std::vector<std::span<const int32_t>> views(windows.begin(), windows.end());
    const auto scores = scoreWindows(model, input.backend, views, 2048, [&](size_t done) {
        input.job.report(double(done) / double(views.size()),
                         fmt::format("perplexity: window {} of {}", done, views.size()));
    });
    LanguageEvidence language;
    for (size_t i = 0; i < scores.size(); ++i)
        language.windows.push_back(summarize(i, views[i], scores[i], *model->tokenizer));
    evidence.language = std::move(language);
}

} // namespace

const Task& perplexity()
{
    static const Task row{
        {"perplexity",
         "Perplexity",
         "How surprised the model is by a text, cut into disjoint windows; lower is better.",
         {"perplexity", "nll_per_token", "bits_per_byte"},
         true},
        textWindowParameters(),
        run,
        false};
    return row;
}

} // namespace paretoscope::tasks
