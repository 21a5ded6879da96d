#include "core/inference/generator.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <chrono>
#include <cmath>

namespace paretoscope {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Cuts at the first stop word; true when one was found.
bool cutAtStopWord(std::string& text, const std::vector<std::string>& words)
{
    size_t first = std::string::npos;
    for (const std::string& word : words)
        if (!word.empty()) first = std::min(first, text.find(word));
    if (first == std::string::npos) return false;
    text.resize(first);
    return true;
}

class PlainDriver : public DecodeDriver {
public:
    std::string name() const override { return "plain"; }

    Generation generate(Session& session, const std::vector<int32_t>& prompt,
                        const GenerationSettings& settings, JobContext& job) const override
    {
        if (prompt.empty()) fail(ErrorCode::BadUsage, "the prompt has no tokens");
        const Tokenizer* tokenizer = session.model().tokenizer.get();
        const auto end = tokenizer && settings.stopAtEnd ? tokenizer->endToken() : std::nullopt;
        Generation result;
        result.promptTokens = int64_t(prompt.size());
        session.reserve(session.length() + int64_t(prompt.size()) + settings.maxTokens);
        Random random(settings.seed, "sampling");
        std::vector<int32_t> history = prompt;
        const auto start = Clock::now();
        ConstMatrixView logits = session.forward(prompt);
        result.prefillSeconds = secondsSince(start);
        const auto decodeStart = Clock::now();
        for (int64_t step = 0; step < settings.maxTokens; ++step) {
            job.throwIfCancelled();
            requireFinite(logits);
            const int32_t token = sampleToken(logits.rowSpan(0), settings, history, random);
            if (step == 0) result.timeToFirstToken = secondsSince(start);
            const auto& ends = settings.endTokens;
            if ((end && token == *end) || std::find(ends.begin(), ends.end(), token) != ends.end()) break;
            result.tokens.push_back(token);
            history.push_back(token);
            if (stopped(result, tokenizer, settings)) break;
            if (step + 1 < settings.maxTokens) logits = session.forward({&result.tokens.back(), 1});
        }
        result.decodeSeconds = secondsSince(decodeStart);
        if (tokenizer && settings.stopWords.empty()) result.text = tokenizer->decode(result.tokens);
        return result;
    }

private:
    static void requireFinite(ConstMatrixView logits)
    {
        for (const float logit : logits.rowSpan(0))
            if (std::isnan(logit)) fail(ErrorCode::BadFile, "the model's output is not a number (NaN)");
    }

    static bool stopped(Generation& result, const Tokenizer* tokenizer, const GenerationSettings& settings)
    {
        if (!tokenizer || settings.stopWords.empty()) return false;
        result.text = tokenizer->decode(result.tokens);
        return cutAtStopWord(result.text, settings.stopWords);
    }
};

} // namespace

std::shared_ptr<const DecodeDriver> plainDriver()
{
    static const auto instance = std::make_shared<const PlainDriver>();
    return instance;
}

} // namespace paretoscope
