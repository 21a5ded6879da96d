// Perplexity of a text in disjoint windows (methods/reasoning_eval_vision.md, protocol 1 and 4).
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/task.h"
#include "core/inference/session.h"

#include <cmath>
#include <numeric>

namespace paretoscope::tasks {

namespace {

struct Windows {
    std::vector<std::vector<int32_t>> tokens; // with the begin token where asked for
    bool beginAdded = false;
};

std::vector<int32_t> windowAt(std::span<const int32_t> tokens, size_t at, size_t count,
                              std::optional<int32_t> beginToken)
{
    std::vector<int32_t> window;
    window.reserve(count + 1);
    if (beginToken) window.push_back(*beginToken);
    for (const int32_t token : tokens.subspan(at, std::min(count, tokens.size() - at)))
        window.push_back(token);
    return window;
}

Windows cutWindows(const TaskInput& input, const Tokenizer& tokenizer)
{
    if (trimmed(input.text).empty())
        fail(ErrorCode::BadFile, "'{}' is empty, so there is no perplexity to measure", input.textName);
    const std::string begin = input.settings.text("begin_token");
    const auto beginToken = begin == "each_window" ? tokenizer.beginToken() : std::nullopt;
    const std::vector<int32_t> tokens = tokenizer.encode(input.text, begin == "text_start", false);
    const auto context = int64_t(input.pipeline.model->config.contextLength);
    const int64_t room = context - (beginToken ? 1 : 0);
    const auto fresh = size_t(std::max<int64_t>(1, std::min(input.settings.integer("window"), room)));
    const int64_t most = input.settings.integer("max_windows");
    Windows windows;
    windows.beginAdded = beginToken.has_value();
    for (size_t at = 0; at + fresh <= tokens.size() || at == 0; at += fresh) {
        if (most > 0 && int64_t(windows.tokens.size()) == most) break;
        windows.tokens.push_back(windowAt(tokens, at, fresh, beginToken));
    }
    if (windows.tokens.front().size() < 2)
        fail(ErrorCode::BadFile, "'{}' is too short: perplexity needs two tokens or more", input.textName);
    return windows;
}

LanguageEvidence::Window summarize(size_t index, std::span<const int32_t> tokens, std::span<const float> logProbabilities,
                                   const Tokenizer& tokenizer)
{
    LanguageEvidence::Window window;
    window.item = fmt::format("window-{:05}", index);
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
    if (!model->tokenizer)
        fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot read text", model->name);
    const Windows windows = cutWindows(input, *model->tokenizer);
    std::vector<std::span<const int32_t>> views(windows.tokens.begin(), windows.tokens.end());
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
        {Parameter::integer("window", "Window", 256, 2, 1 << 20,
                            "Tokens of text in a window, cut to what the model's context leaves beside a begin token. The "
                            "literature's tables use 2048.")
             .withUnit("tokens"),
         Parameter::integer("max_windows", "Windows", 64, 0, 1 << 30,
                            "How many windows of the text to score, from its start; 0 scores all of them."),
         Parameter::choice("begin_token", "Begin token", "each_window", {"each_window", "text_start", "none"},
                           "Where the model's begin-of-text token goes: before each window, only before the "
                           "text as in the literature, or nowhere.")
             .asAdvanced()},
        run,
        false};
    return row;
}

} // namespace paretoscope::tasks
