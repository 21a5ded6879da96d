#include "plugins/quantization/gptq_solver.h"

#include "core/backend/linear_algebra.h"
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::quantization {

namespace {

class Solver {
public:
    Solver(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
           std::vector<double> covariance, const GptqSettings& settings, const std::string& what)
        : backend_(backend), weights_(std::move(weights)), rows_(rows), columns_(columns),
          covariance_(std::move(covariance)), settings_(settings), what_(what)
    {
        result_.codes.resize(size_t(rows * columns));
        result_.grids.resize(size_t(rows * groups()));
    }

    GptqResult run()
    {
        silenceDeadColumns();
        if (settings_.staticGroups)
            for (int64_t g = 0; g < groups(); ++g) fitGroup(g);
        if (settings_.actOrder) permute();
        factorize();
        for (int64_t begin = 0; begin < columns_; begin += settings_.blockColumns)
            solveBlock(begin, std::min(columns_, begin + settings_.blockColumns));
        if (settings_.actOrder && settings_.staticGroups) undoPermutation();
        return std::move(result_);
    }

private:
    int64_t groups() const { return columns_ / settings_.groupSize; }
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

    // From the weights as they are now, in the order in which they are now.
    void fitGroup(int64_t group)
    {
        parallelFor(rows_, 8, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r) {
                const std::span<const float> values(row(r) + group * settings_.groupSize, size_t(settings_.groupSize));
                AffineGrid grid = fitGrid(values, settings_.grid);
                if (settings_.roundScales) grid.scale = double(halfToFloat(floatToHalf(float(grid.scale))));
                // Too small for 16 bits: every code then means zero.
                if (!(grid.scale > 0)) grid.scale = double(halfToFloat(1));
                result_.grids[size_t(r * groups() + group)] = grid;
            }
        });
    }

    void permute()
    {
        order_.resize(size_t(columns_));
        std::iota(order_.begin(), order_.end(), 0);
        std::stable_sort(order_.begin(), order_.end(), [&](int32_t a, int32_t b) { return h(a, a) > h(b, b); });
        std::vector<double> covariance(covariance_.size());
        std::vector<float> weights(weights_.size());
        for (int64_t r = 0; r < columns_; ++r)
            for (int64_t c = 0; c < columns_; ++c)
                covariance[size_t(r * columns_ + c)] = h(order_[size_t(r)], order_[size_t(c)]);
        for (int64_t r = 0; r < rows_; ++r)
            for (int64_t c = 0; c < columns_; ++c) weights[size_t(r * columns_ + c)] = row(r)[order_[size_t(c)]];
        covariance_ = std::move(covariance);
        weights_ = std::move(weights);
        if (!settings_.staticGroups) result_.order = order_;
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

    // Where column i (in solving order) finds its grid.
    int64_t groupOf(int64_t i) const
    {
        const int64_t column = settings_.staticGroups && settings_.actOrder ? order_[size_t(i)] : i;
        return column / settings_.groupSize;
    }

    void solveBlock(int64_t begin, int64_t end)
    {
        // Groups that start here see what earlier blocks left, as in the published code.
        if (!settings_.staticGroups)
            for (int64_t c = begin; c < end; ++c)
                if (c % settings_.groupSize == 0) fitGroup(c / settings_.groupSize);
        const int64_t width = end - begin;
        std::vector<float> errors(size_t(rows_ * width));
        std::vector<double> losses(static_cast<size_t>(rows_));
        parallelFor(rows_, 4, [&](int64_t first, int64_t last) {
            std::vector<double> w(static_cast<size_t>(width));
            for (int64_t r = first; r < last; ++r)
                losses[size_t(r)] = solveRow(r, begin, end, w, errors.data() + r * width);
        });
        for (const double loss : losses) result_.loss += loss;
        if (end == columns_) return;
        std::vector<float> factor(size_t(width * (columns_ - end)));
        for (int64_t i = 0; i < width; ++i)
            for (int64_t c = end; c < columns_; ++c)
                factor[size_t(i * (columns_ - end) + c - end)] = float(factor_[size_t((begin + i) * columns_ + c)]);
        backend_.gemm(false, false, -1, {errors.data(), rows_, width}, {factor.data(), width, columns_ - end}, true,
                      {weights_.data() + end, rows_, columns_ - end, columns_});
    }

    double solveRow(int64_t r, int64_t begin, int64_t end, std::vector<double>& w, float* errors)
    {
        double loss = 0;
        for (int64_t i = begin; i < end; ++i) w[size_t(i - begin)] = double(row(r)[i]);
        for (int64_t i = begin; i < end; ++i) {
            const AffineGrid& grid = result_.grids[size_t(r * groups() + groupOf(i))];
            const double value = w[size_t(i - begin)];
            const int code = quantize(value, grid, settings_.grid.bits);
            const double* factor = factor_.data() + i * columns_;
            const double error = (value - dequantize(code, grid)) / factor[i];
            for (int64_t j = i + 1; j < end; ++j) w[size_t(j - begin)] -= error * factor[j];
            result_.codes[size_t(r * columns_ + i)] = uint8_t(code);
            errors[i - begin] = float(error);
            loss += error * error;
        }
        return loss;
    }

    void undoPermutation()
    {
        std::vector<uint8_t> codes(result_.codes.size());
        for (int64_t r = 0; r < rows_; ++r)
            for (int64_t i = 0; i < columns_; ++i)
                codes[size_t(r * columns_ + order_[size_t(i)])] = result_.codes[size_t(r * columns_ + i)];
        result_.codes = std::move(codes);
    }

    const Backend& backend_;
    std::vector<float> weights_; // in solving order
    int64_t rows_, columns_;
    std::vector<double> covariance_;
    const GptqSettings& settings_;
    const std::string& what_;
    std::vector<int32_t> order_; // solving order, empty for the original one
    std::vector<double> factor_; // U
    GptqResult result_;
};

} // namespace

GptqResult solveGptq(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                     std::vector<double> covariance, const GptqSettings& settings, const std::string& what)
{
    if (columns % settings.groupSize != 0 || int64_t(covariance.size()) != columns * columns)
        fail(ErrorCode::Internal, "{}: operands of GPTQ do not fit", what);
    return Solver(backend, std::move(weights), rows, columns, std::move(covariance), settings, what).run();
}

} // namespace paretoscope::quantization
