#include "plugins/quantization/column_solver.h"

#include "core/backend/linear_algebra.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::quantization {

namespace {

class Solver {
public:
    Solver(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
           std::vector<double> covariance, const ColumnSolverSettings& settings, ColumnRule& rule,
           const std::string& what)
        : backend_(backend), weights_(std::move(weights)), rows_(rows), columns_(columns),
          covariance_(std::move(covariance)), settings_(settings), rule_(rule), what_(what)
    {
    }

    ColumnSolution run()
    {
        silenceDeadColumns();
        rule_.start(weights_.data());
        if (settings_.actOrder) permute();
        factorize();
        std::vector<double> diagonal(static_cast<size_t>(columns_));
        for (int64_t c = 0; c < columns_; ++c) diagonal[size_t(c)] = factor_[size_t(c * columns_ + c)];
        rule_.arrange(weights_.data(), result_.order, diagonal);
        for (int64_t begin = 0; begin < columns_; begin += settings_.blockColumns)
            solveBlock(begin, std::min(columns_, begin + settings_.blockColumns));
        return std::move(result_);
    }

private:
    float* row(int64_t r) { return weights_.data() + r * columns_; }
    double& h(int64_t r, int64_t c) { return covariance_[size_t(r * columns_ + c)]; }

    void silenceDeadColumns()
    {
        for (int64_t c = 0; c < columns_; ++c) {
            if (h(c, c) != 0) continue;
            ++result_.deadColumns;
            h(c, c) = 1;
            for (int64_t r = 0; r < rows_; ++r) row(r)[c] = 0;
        }
    }

    void permute()
    {
        std::vector<int32_t>& order = result_.order;
        order.resize(size_t(columns_));
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return h(a, a) > h(b, b); });
        std::vector<double> covariance(covariance_.size());
        std::vector<float> weights(weights_.size());
        for (int64_t r = 0; r < columns_; ++r)
            for (int64_t c = 0; c < columns_; ++c)
                covariance[size_t(r * columns_ + c)] = h(order[size_t(r)], order[size_t(c)]);
        for (int64_t r = 0; r < rows_; ++r)
            for (int64_t c = 0; c < columns_; ++c) weights[size_t(r * columns_ + c)] = row(r)[order[size_t(c)]];
        covariance_ = std::move(covariance);
        weights_ = std::move(weights);
    }

    void factorize()
    {
        double mean = 0;
        for (int64_t c = 0; c < columns_; ++c) mean += h(c, c) / double(columns_);
        if (!std::isfinite(mean)) fail(ErrorCode::BadFile, "{}: the activations are not finite numbers", what_);
        constexpr int tries = 6;
        double damping = settings_.damping, added = 0;
        for (int i = 0; i < tries; ++i, damping = std::max(damping, 1e-3) * 10) {
            for (int64_t c = 0; c < columns_; ++c) h(c, c) += damping * mean - added;
            added = damping * mean;
            factor_ = upperFactorOfInverse(covariance_, columns_);
            if (factor_.empty()) continue;
            result_.damping = damping;
            covariance_.clear();
            return;
        }
        fail(ErrorCode::Unsupported, "{}: the inputs' covariance is singular, whatever the damping", what_);
    }

    void solveBlock(int64_t begin, int64_t end)
    {
        const int64_t width = end - begin;
        std::vector<float> errors(size_t(rows_ * width));
        std::vector<double> losses(static_cast<size_t>(rows_));
        std::vector<double> block(size_t(rows_ * width));
        for (int64_t r = 0; r < rows_; ++r) std::copy_n(row(r) + begin, width, block.data() + r * width);
        for (int64_t first = begin; first < end;) {
            const int64_t last = std::min(end, (first / settings_.stepColumns + 1) * settings_.stepColumns);
            rule_.prepare(first, last, weights_.data());
            parallelFor(rows_, 4, [&](int64_t from, int64_t to) {
                for (int64_t r = from; r < to; ++r) {
                    double* w = block.data() + r * width - begin; // by column
                    losses[size_t(r)] += solveRow(r, first, last, end, w, errors.data() + r * width - begin);
                    for (int64_t c = last; c < end; ++c) row(r)[c] = float(w[c]);
                }
            });
            first = last;
        }
        for (const double loss : losses) result_.loss += loss;
        if (end < columns_) updateLaterColumns(begin, end, errors);
    }

    void updateLaterColumns(int64_t begin, int64_t end, const std::vector<float>& errors)
    {
        const int64_t width = end - begin;
        std::vector<float> factor(size_t(width * (columns_ - end)));
        for (int64_t i = 0; i < width; ++i)
            for (int64_t c = end; c < columns_; ++c)
                factor[size_t(i * (columns_ - end) + c - end)] = float(factor_[size_t((begin + i) * columns_ + c)]);
        backend_.gemm(false, false, -1, {errors.data(), rows_, width}, {factor.data(), width, columns_ - end}, true,
                      {weights_.data() + end, rows_, columns_ - end, columns_});
    }

    // w and errors are indexed by column.
    double solveRow(int64_t r, int64_t begin, int64_t end, int64_t blockEnd, double* w, float* errors)
    {
        double loss = 0;
        for (int64_t i = begin; i < end; ++i) {
            const double* factor = factor_.data() + i * columns_;
            const double error = (w[i] - rule_.decide(r, i, w[i])) / factor[i];
            for (int64_t j = i + 1; j < blockEnd; ++j) w[j] -= error * factor[j];
            errors[i] = float(error);
            loss += error * error;
        }
        return loss;
    }

    const Backend& backend_;
    std::vector<float> weights_; // in solving order
    int64_t rows_, columns_;
    std::vector<double> covariance_;
    const ColumnSolverSettings& settings_;
    ColumnRule& rule_;
    const std::string& what_;
    std::vector<double> factor_; // U
    ColumnSolution result_;
};

} // namespace

ColumnSolution solveColumns(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                            std::vector<double> covariance, const ColumnSolverSettings& settings, ColumnRule& rule,
                            const std::string& what)
{
    if (int64_t(covariance.size()) != columns * columns || int64_t(weights.size()) != rows * columns)
        fail(ErrorCode::Internal, "{}: operands of the column solver do not fit", what);
    return Solver(backend, std::move(weights), rows, columns, std::move(covariance), settings, rule, what).run();
}

} // namespace paretoscope::quantization
