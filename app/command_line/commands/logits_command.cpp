#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/inference/ending_scores.h"
#include "core/inference/session.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace paretoscope::commands {

namespace {

std::vector<int32_t> tokensOf(const std::string& text)
{
    std::vector<int32_t> tokens;
    for (const std::string& part : splitText(text, ',')) {
        const auto value = parseInteger(trimmed(part));
        if (!value || *value < 0 || *value > std::numeric_limits<int32_t>::max())
            fail(ErrorCode::BadUsage, "'--tokens' has '{}', which is not a token id", part);
        tokens.push_back(int32_t(*value));
    }
    return tokens;
}

void print(const std::vector<float>& logProbabilities, const std::vector<float>& logits, Console& console)
{
    constexpr size_t shown = 10;
    for (size_t i = 0; i < logProbabilities.size(); ++i)
        console.print("position {}: log-probability {:.6f}", i + 1, logProbabilities[i]);
    std::vector<size_t> order(logits.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const size_t count = std::min(shown, order.size());
    std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(count), order.end(),
                      [&](size_t a, size_t b) { return logits[a] > logits[b]; });
    for (size_t i = 0; i < count; ++i) console.print("next token {}: logit {:.6f}", order[i], logits[order[i]]);
}

// The given ids, or those of the prompt.
std::vector<int32_t> contextOf(const Arguments& arguments, const Model& model)
{
    if (arguments.has("tokens") == arguments.has("prompt"))
        fail(ErrorCode::BadUsage, "give either '--tokens' or '--prompt'");
    if (arguments.has("tokens")) return tokensOf(arguments.required("tokens"));
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer: give '--tokens'", model.name);
    return model.tokenizer->encode(arguments.required("prompt"), true);
}

// Prompt and continuation as one text, of which the tokens behind the prompt's are scored. A tokenizer may
// join what is on both sides of the border; then the joined token is scored.
TextEnding endingOf(const Arguments& arguments, const Model& model, const std::vector<int32_t>& context,
                    const std::string& continuation)
{
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot read text", model.name);
    TextEnding ending;
    if (arguments.has("prompt")) {
        ending.tokens = model.tokenizer->encode(arguments.required("prompt") + continuation, true);
    } else {
        ending.tokens = context;
        const std::vector<int32_t> more = model.tokenizer->encode(continuation, false);
        ending.tokens.insert(ending.tokens.end(), more.begin(), more.end());
    }
    if (ending.tokens.size() < 2) fail(ErrorCode::BadUsage, "prompt and '{}' have no two tokens together", continuation);
    const size_t before = std::clamp<size_t>(context.size(), 1, ending.tokens.size() - 1);
    ending.scored = ending.tokens.size() - before;
    return ending;
}

int scoreContinuations(const Arguments& arguments, const PreparedPipeline& prepared, Console& console)
{
    const Pipeline& pipeline = prepared.pipeline();
    const std::vector<std::string> texts = arguments.all("continuation");
    const std::vector<int32_t> context = contextOf(arguments, *pipeline.model);
    std::vector<TextEnding> endings;
    for (const std::string& text : texts) endings.push_back(endingOf(arguments, *pipeline.model, context, text));
    const auto scores = scoreEndings(pipeline.model, prepared.backend(), pipeline.sessionOptions(), endings);
    Json rows = Json::array();
    for (size_t i = 0; i < texts.size(); ++i) {
        const double sum = std::accumulate(scores[i].begin(), scores[i].end(), 0.0);
        const std::vector<int32_t> tokens(endings[i].tokens.end() - std::ptrdiff_t(endings[i].scored), endings[i].tokens.end());
        console.print("{:>12.6f}  {} tokens  {}", sum, tokens.size(), texts[i]);
        rows.push_back({{"text", texts[i]}, {"tokens", tokens}, {"logprobs", scores[i]}, {"sum", sum}});
    }
    if (console.wantsJson()) console.json({{"continuations", rows}});
    return 0;
}

int run(const Arguments& arguments, Console& console)
{
    PreparedPipeline prepared(arguments.positional(0), arguments, console);
    if (arguments.has("continuation")) return scoreContinuations(arguments, prepared, console);
    const std::vector<int32_t> tokens = contextOf(arguments, prepared.original());
    const Pipeline& pipeline = prepared.pipeline();
    std::vector<float> logProbabilities;
    if (tokens.size() > 1) {
        Session scoring(pipeline.model, prepared.backend(), pipeline.sessionOptions());
        logProbabilities = scoring.tokenLogProbabilities(tokens);
    }
    Session session(pipeline.model, prepared.backend(), pipeline.sessionOptions());
    const auto row = session.forward(tokens).rowSpan(0);
    const std::vector<float> logits(row.begin(), row.end());
    if (console.wantsJson())
        console.json({{"logprobs", logProbabilities}, {"last_logits", logits}});
    else
        print(logProbabilities, logits, console);
    return 0;
}

} // namespace

const Command& logitsCommand()
{
    static const Command row{
        "logits",
        "Show what a model predicts after a text, or how likely it finds continuations of it.",
        {modelPositional()},
        {{"tokens", "IDS", "Token ids, separated by commas."},
         {"prompt", "TEXT", "A text instead of token ids."},
         {"continuation", "TEXT", "How likely this comes next: log-probabilities of its tokens.", true},
         options::recipe(), options::calibration(),
         options::seed(), options::threads(), options::backend(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
