#include "core/inference/ending_scores.h"

#include "core/base/error.h"
#include "core/model/rope.h"

#include <algorithm>

namespace paretoscope {

namespace {

void check(const Model& model, const TextEnding& ending)
{
    if (ending.scored == 0 || ending.scored >= ending.tokens.size())
        fail(ErrorCode::BadUsage, "an ending needs a token, and another before it");
    for (const int32_t token : ending.tokens)
        if (token < 0 || token >= model.config.vocabulary)
            fail(ErrorCode::BadUsage, "token {} is outside the vocabulary of {}", token, model.config.vocabulary);
}

// Tokens that all texts begin with, none of them scored.
size_t sharedTokens(std::span<const TextEnding> endings)
{
    const std::vector<int32_t>& first = endings.front().tokens;
    size_t shared = first.size();
    for (const TextEnding& ending : endings) {
        const size_t most = std::min(shared, ending.tokens.size() - ending.scored);
        const auto differs = std::mismatch(first.begin(), first.begin() + std::ptrdiff_t(most), ending.tokens.begin());
        shared = size_t(differs.first - first.begin());
    }
    return shared;
}

bool sameRotation(const Model& model, size_t shared, const TextEnding& ending)
{
    return std::all_of(model.config.ropes.begin(), model.config.ropes.end(), [&](const RopeConfig& rope) {
        return ropeRegime(rope, int64_t(shared)) == ropeRegime(rope, int64_t(ending.tokens.size()));
    });
}

bool canShare(const Model& model, const SessionOptions& options, std::span<const TextEnding> endings, size_t shared)
{
    return shared > 0 && endings.size() > 1 && !options.policy && !options.codec &&
           std::all_of(endings.begin(), endings.end(),
                       [&](const TextEnding& ending) { return sameRotation(model, shared, ending); });
}

std::vector<float> lastOf(std::vector<float> values, size_t count)
{
    return {values.end() - std::ptrdiff_t(count), values.end()};
}

// The session has read the first `shared` tokens, whose last row of logits is `next`; it is left so.
std::vector<float> scoreAfter(Session& session, const Backend& backend, ConstMatrixView next, size_t shared,
                              const TextEnding& ending)
{
    const std::span<const int32_t> rest = std::span(ending.tokens).subspan(shared);
    std::vector<float> scores(rest.size());
    backend.logProbabilities(next, rest.first(1), std::span(scores).first(1), nullptr);
    if (rest.size() == 1) return scores;
    const ConstMatrixView logits = session.forward(rest.first(rest.size() - 1), LogitRows::All);
    backend.logProbabilities(logits, rest.subspan(1), std::span(scores).subspan(1), nullptr);
    session.rollback(int64_t(rest.size()) - 1);
    return lastOf(std::move(scores), ending.scored);
}

} // namespace

std::vector<std::vector<float>> scoreEndings(const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
                                             const SessionOptions& options, std::span<const TextEnding> endings)
{
    if (endings.empty()) return {};
    for (const TextEnding& ending : endings) check(*model, ending);
    const size_t shared = sharedTokens(endings);
    std::vector<std::vector<float>> result;
    if (!canShare(*model, options, endings, shared)) {
        for (const TextEnding& ending : endings) {
            Session session(model, backend, options);
            result.push_back(lastOf(session.tokenLogProbabilities(ending.tokens), ending.scored));
        }
        return result;
    }
    Session session(model, backend, options);
    const ConstMatrixView last = session.forward(std::span(endings.front().tokens).first(shared), LogitRows::Last);
    const std::vector<float> next(last.data, last.data + last.columns);
    for (const TextEnding& ending : endings)
        result.push_back(scoreAfter(session, *backend, {next.data(), 1, int64_t(next.size())}, shared, ending));
    return result;
}

} // namespace paretoscope
