#include "core/base/random.h"
#include "core/inference/generator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace paretoscope {

namespace {

struct Candidate {
    int32_t token;
    double weight; // logit, then probability
};

void penalizeRepetition(std::vector<float>& logits, std::span<const int32_t> history, double penalty)
{
    // Keskar et al. 2019 (arXiv:1909.05858): divide positive logits, multiply negative ones, once.
    std::vector<int32_t> seen(history.begin(), history.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const int32_t token : seen) {
        float& logit = logits[size_t(token)];
        logit = float(logit > 0 ? double(logit) / penalty : double(logit) * penalty);
    }
}

int32_t argmax(std::span<const float> logits)
{
    return int32_t(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// Candidates by falling probability, cut by top-k, then top-p, then min-p.
std::vector<Candidate> candidatesOf(std::span<const float> logits, const GenerationSettings& settings)
{
    std::vector<Candidate> candidates(logits.size());
    for (size_t i = 0; i < logits.size(); ++i) candidates[i] = {int32_t(i), double(logits[i])};
    const auto better = [](const Candidate& a, const Candidate& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
    };
    std::sort(candidates.begin(), candidates.end(), better);
    if (settings.topK > 0) candidates.resize(std::min(candidates.size(), size_t(settings.topK)));
    const double top = candidates.front().weight;
    double sum = 0;
    for (Candidate& c : candidates) {
        c.weight = std::exp((c.weight - top) / settings.temperature);
        sum += c.weight;
    }
    size_t kept = 0;
    double reached = 0;
    while (kept < candidates.size() && (kept == 0 || reached < settings.topP * sum)) reached += candidates[kept++].weight;
    candidates.resize(kept);
    while (candidates.size() > 1 && candidates.back().weight < settings.minP) candidates.pop_back();
    return candidates;
}

} // namespace

int32_t sampleToken(std::span<const float> logits, const GenerationSettings& settings,
                    std::span<const int32_t> history, Random& random)
{
    std::vector<float> penalized;
    if (settings.repetitionPenalty != 1) {
        penalized.assign(logits.begin(), logits.end());
        penalizeRepetition(penalized, history, settings.repetitionPenalty);
        logits = penalized;
    }
    if (settings.temperature <= 0) return argmax(logits);
    const std::vector<Candidate> candidates = candidatesOf(logits, settings);
    const double total = std::accumulate(candidates.begin(), candidates.end(), 0.0,
                                         [](double sum, const Candidate& c) { return sum + c.weight; });
    double left = random.uniform() * total;
    for (const Candidate& candidate : candidates) {
        left -= candidate.weight;
        if (left < 0) return candidate.token;
    }
    return candidates.back().token;
}

} // namespace paretoscope
