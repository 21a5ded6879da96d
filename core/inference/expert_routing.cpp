// Which experts a token goes to, and with what weight.
//
// Softmax before or after choosing (Mixtral, arXiv:2401.04088; Qwen2-MoE, arXiv:2407.10671), or
// sigmoid scores with a bias for choosing and groups of experts (DeepSeek-V2, arXiv:2405.04434;
// DeepSeek-V3, arXiv:2412.19437).
#include "core/inference/forward_state.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::detail {

namespace {

void softmax(std::span<double> values)
{
    const double top = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (double& value : values) sum += value = std::exp(value - top);
    for (double& value : values) value /= sum;
}

// Puts the numbers of the `count` largest values first, the largest of all in front.
void orderLargest(std::span<const double> values, size_t count, std::vector<int32_t>& order)
{
    order.resize(values.size());
    std::iota(order.begin(), order.end(), 0);
    const auto larger = [values](int32_t a, int32_t b) {
        const double va = values[size_t(a)];
        const double vb = values[size_t(b)];
        return va > vb || (va == vb && a < b);
    };
    std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(count), order.end(), larger);
}

// Experts outside the best groups choose as if they scored 0.
void limitToGroups(const MoeConfig& config, ExpertRouting& routing)
{
    const auto groups = size_t(config.groups);
    const size_t size = routing.choosing.size() / groups;
    routing.groupScores.assign(groups, 0);
    for (size_t g = 0; g < groups; ++g) {
        const auto members = std::span(routing.choosing).subspan(g * size, size);
        double best = -HUGE_VAL;
        double second = -HUGE_VAL;
        for (const double score : members) {
            second = std::max(second, std::min(best, score));
            best = std::max(best, score);
        }
        routing.groupScores[g] = config.groupScoreIsTopTwo && size > 1 ? best + second : best;
    }
    orderLargest(routing.groupScores, size_t(config.groupsUsed), routing.order);
    for (size_t i = size_t(config.groupsUsed); i < groups; ++i) {
        const auto rejected = std::span(routing.choosing).subspan(size_t(routing.order[i]) * size, size);
        std::fill(rejected.begin(), rejected.end(), 0.0);
    }
}

void scoreExperts(const MoeConfig& config, const Tensor& selectionBias, std::span<const float> logits,
                  ExpertRouting& routing)
{
    routing.scores.assign(logits.begin(), logits.end());
    if (config.scoring == MoeConfig::Scoring::SoftmaxThenTop) softmax(routing.scores);
    if (config.scoring == MoeConfig::Scoring::Sigmoid)
        for (double& score : routing.scores) score = 1 / (1 + std::exp(-score));
    routing.choosing = routing.scores;
    if (!selectionBias.empty()) {
        const std::span<const float> bias = selectionBias.view<float>();
        for (size_t e = 0; e < bias.size(); ++e) routing.choosing[e] += double(bias[e]);
    }
    if (config.groups > 1) limitToGroups(config, routing);
}

void chooseExperts(const MoeConfig& config, ExpertRouting& routing)
{
    const auto used = size_t(config.used);
    orderLargest(routing.choosing, used, routing.order);
    double sum = 0;
    const double top = routing.scores[size_t(routing.order[0])];
    for (size_t i = 0; i < used; ++i) {
        double& score = routing.scores[size_t(routing.order[i])];
        if (config.scoring == MoeConfig::Scoring::TopThenSoftmax) score = std::exp(score - top);
        sum += score;
    }
    const bool divides = config.renormalize || config.scoring == MoeConfig::Scoring::TopThenSoftmax;
    for (size_t i = 0; i < used; ++i) {
        const double score = routing.scores[size_t(routing.order[i])];
        const double weight = config.scale * (divides ? score / std::max(sum, 1e-20) : score);
        routing.choices.push_back({routing.order[i], float(weight)});
    }
}

// Counting sort by expert; rows stay ascending inside one.
void groupByExpert(size_t experts, size_t used, ExpertRouting& routing)
{
    routing.begins.assign(experts + 1, 0);
    for (const auto& choice : routing.choices) ++routing.begins[size_t(choice.expert) + 1];
    std::partial_sum(routing.begins.begin(), routing.begins.end(), routing.begins.begin());
    routing.rows.resize(routing.choices.size());
    routing.weights.resize(routing.choices.size());
    routing.order.assign(routing.begins.begin(), routing.begins.end() - 1);
    for (size_t i = 0; i < routing.choices.size(); ++i) {
        const auto place = size_t(routing.order[size_t(routing.choices[i].expert)]++);
        routing.rows[place] = int32_t(i / used);
        routing.weights[place] = routing.choices[i].weight;
    }
}

} // namespace

void routeExperts(const MoeConfig& config, const Tensor& selectionBias, ConstMatrixView logits,
                  ExpertRouting& routing)
{
    routing.choices.clear();
    for (int64_t r = 0; r < logits.rows; ++r) {
        scoreExperts(config, selectionBias, logits.rowSpan(r), routing);
        chooseExperts(config, routing);
    }
    groupByExpert(size_t(config.experts), size_t(config.used), routing);
}

} // namespace paretoscope::detail
