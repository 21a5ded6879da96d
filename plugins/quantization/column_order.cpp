#include "plugins/quantization/column_order.h"

#include "core/backend/linear_algebra.h"
#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::quantization {

namespace {

void silenceDeadColumns(int64_t rows, int64_t columns, std::vector<double>& covariance, ColumnProblem& problem)
{
    for (int64_t c = 0; c < columns; ++c) {
        double& diagonal = covariance[size_t(c * columns + c)];
        if (diagonal != 0) continue;
        ++problem.deadColumns;
        diagonal = 1;
        for (int64_t r = 0; r < rows; ++r) problem.weights[size_t(r * columns + c)] = 0;
    }
}

void permute(int64_t rows, int64_t columns, std::vector<double>& covariance, ColumnProblem& problem)
{
    std::vector<int32_t>& order = problem.order;
    const auto n = size_t(columns);
    order.resize(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
        return covariance[size_t(a) * n + size_t(a)] > covariance[size_t(b) * n + size_t(b)];
    });
    std::vector<double> sorted(covariance.size());
    for (size_t r = 0; r < n; ++r)
        for (size_t c = 0; c < n; ++c) sorted[r * n + c] = covariance[size_t(order[r]) * n + size_t(order[c])];
    std::vector<float> weights(problem.weights.size());
    for (size_t r = 0; r < size_t(rows); ++r)
        for (size_t c = 0; c < n; ++c) weights[r * n + c] = problem.weights[r * n + size_t(order[c])];
    covariance = std::move(sorted);
    problem.weights = std::move(weights);
}

void factorize(int64_t columns, std::vector<double>& covariance, double damping, ColumnProblem& problem, const std::string& what)
{
    double mean = 0;
    for (int64_t c = 0; c < columns; ++c) mean += covariance[size_t(c * columns + c)] / double(columns);
    if (!std::isfinite(mean)) fail(ErrorCode::BadFile, "{}: the activations are not finite numbers", what);
    constexpr int tries = 6;
    double added = 0;
    for (int i = 0; i < tries; ++i, damping = std::max(damping, 1e-3) * 10) {
        for (int64_t c = 0; c < columns; ++c) covariance[size_t(c * columns + c)] += damping * mean - added;
        added = damping * mean;
        problem.factor = upperFactorOfInverse(covariance, columns);
        problem.damping = damping;
        if (!problem.factor.empty()) return;
    }
    fail(ErrorCode::Unsupported, "{}: the inputs' covariance is singular, whatever the damping", what);
}

} // namespace

ColumnProblem orderedColumns(const std::vector<float>& weights, int64_t rows, int64_t columns, std::vector<double> covariance,
                             bool actOrder, double damping, const std::string& what)
{
    ColumnProblem problem;
    problem.weights = weights;
    silenceDeadColumns(rows, columns, covariance, problem);
    if (actOrder) permute(rows, columns, covariance, problem);
    factorize(columns, covariance, damping, problem, what);
    return problem;
}

} // namespace paretoscope::quantization
