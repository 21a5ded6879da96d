#include "core/strategy/teacher.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/inference/session.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope {

namespace {

double logSumExp(const float* logits, int64_t count)
{
    const double top = *std::max_element(logits, logits + count);
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += std::exp(double(logits[i]) - top);
    return top + std::log(sum);
}

std::vector<std::span<const int32_t>> firstOf(const std::vector<std::vector<int32_t>>& sequences, size_t count)
{
    return {sequences.begin(), sequences.begin() + std::ptrdiff_t(std::min(count, sequences.size()))};
}

} // namespace

Teacher::Teacher(const ModelPtr& model, std::shared_ptr<const Backend> backend,
                 const std::vector<std::vector<int32_t>>& sequences, JobContext& job, int64_t kept)
    : backend_(std::move(backend)), sequences_(sequences), kept_(std::min(kept, model->config.vocabulary))
{
    const auto windows = firstOf(sequences, sequences.size());
    visitWindowLogits(model, backend_, windows, [&](const LogitRowsView& rows) {
        job.throwIfCancelled();
        const auto first = size_t(rows.firstRow * kept_);
        tokens_.resize(first + size_t(rows.logits.rows * kept_));
        logProbabilities_.resize(tokens_.size());
        parallelFor(rows.logits.rows, 1, [&](int64_t begin, int64_t end) {
            const int64_t vocabulary = rows.logits.columns;
            std::vector<int32_t> order(static_cast<size_t>(vocabulary));
            for (int64_t r = begin; r < end; ++r) {
                const float* logits = rows.logits.row(r);
                std::iota(order.begin(), order.end(), 0);
                if (kept_ < vocabulary)
                    std::nth_element(order.begin(), order.begin() + kept_, order.end(),
                                     [&](int32_t a, int32_t b) { return logits[a] > logits[b]; });
                const double total = logSumExp(logits, vocabulary);
                for (int64_t k = 0; k < kept_; ++k) {
                    const auto at = first + size_t(r * kept_ + k);
                    tokens_[at] = order[size_t(k)];
                    logProbabilities_[at] = float(double(logits[order[size_t(k)]]) - total);
                }
            }
        });
    });
}

double Teacher::rowDivergence(const float* logits, int64_t vocabulary, size_t row) const
{
    const double total = logSumExp(logits, vocabulary);
    double sum = 0, teacherKept = 0, modelKept = 0;
    for (int64_t k = 0; k < kept_; ++k) {
        const size_t at = row * size_t(kept_) + size_t(k);
        const double p = double(logProbabilities_[at]);
        const double q = double(logits[tokens_[at]]) - total;
        sum += std::exp(p) * (p - q);
        teacherKept += std::exp(p);
        modelKept += std::exp(q);
    }
    const double teacherRest = 1 - teacherKept, modelRest = 1 - modelKept;
    constexpr double least = 1e-9; // below it the difference of sums near 1 is noise
    if (kept_ < vocabulary && teacherRest > least)
        sum += teacherRest * std::log(teacherRest / std::max(modelRest, least));
    return sum;
}

double Teacher::divergence(const ModelPtr& model, size_t sequences, JobContext& job) const
{
    const auto windows = firstOf(sequences_, sequences);
    std::vector<double> rowValues;
    visitWindowLogits(model, backend_, windows, [&](const LogitRowsView& rows) {
        job.throwIfCancelled();
        rowValues.resize(size_t(rows.firstRow + rows.logits.rows));
        parallelFor(rows.logits.rows, 8, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r)
                rowValues[size_t(rows.firstRow + r)] =
                    rowDivergence(rows.logits.row(r), rows.logits.columns, size_t(rows.firstRow + r));
        });
    });
    // In order, so that the sum does not depend on the threads.
    return std::accumulate(rowValues.begin(), rowValues.end(), 0.0) / double(std::max<size_t>(1, rowValues.size()));
}

} // namespace paretoscope
