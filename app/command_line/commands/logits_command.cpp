#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
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

int run(const Arguments& arguments, Console& console)
{
    const std::vector<int32_t> tokens = tokensOf(arguments.required("tokens"));
    PreparedPipeline prepared(arguments.positional(0), arguments, console);
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
        "Show what a model predicts after given tokens.",
        {modelPositional()},
        {{"tokens", "IDS", "Token ids, separated by commas."}, options::recipe(), options::calibration(),
         options::seed(), options::threads(), options::backend(), options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
