#include "plugins/quantization/gptq_solver.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "plugins/quantization/column_order.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

namespace {

class Solver {
public:
    Solver(const Backend& backend, const std::vector<float>& weights, int64_t rows, int64_t columns,
           std::vector<double> covariance, const GptqSettings& settings, const std::string& what)
        : backend_(backend), rows_(rows), columns_(columns), settings_(settings)
    {
        ColumnProblem problem
            = orderedColumns(weights, rows, columns, std::move(covariance), settings.actOrder, settings.damping, what);
        weights_ = std::move(problem.weights);
        factor_ = std::move(problem.factor);
        order_ = std::move(problem.order);
        result_.damping = problem.damping;
        result_.deadColumns = problem.deadColumns;
        result_.codes.resize(size_t(rows * columns));
        result_.grids.resize(size_t(rows * groups()));
    }

    GptqResult run()
    {
        if (settings_.staticGroups) {
            const std::vector<float> original = inOriginalOrder(weights_);
            for (int64_t g = 0; g < groups(); ++g) fitGroup(g, original);
        }
        for (int64_t begin = 0; begin < columns_; begin += settings_.blockColumns)
            solveBlock(begin, std::min(columns_, begin + settings_.blockColumns));
        if (settings_.staticGroups) result_.codes = inOriginalOrder(result_.codes);
        else result_.order = order_;
        return std::move(result_);
    }

private:
    int64_t groups() const { return columns_ / settings_.groupSize; }
    float* row(int64_t r) { return weights_.data() + r * columns_; }

    template <class T> std::vector<T> inOriginalOrder(const std::vector<T>& values) const
    {
        if (order_.empty()) return values;
        std::vector<T> result(values.size());
        for (int64_t r = 0; r < rows_; ++r)
            for (int64_t i = 0; i < columns_; ++i)
                result[size_t(r * columns_ + order_[size_t(i)])] = values[size_t(r * columns_ + i)];
        return result;
    }

    void fitGroup(int64_t group, const std::vector<float>& from)
    {
        parallelFor(rows_, 8, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r) {
                const std::span<const float> values(from.data() + r * columns_ + group * settings_.groupSize, size_t(settings_.groupSize));
                AffineGrid grid = fitGrid(values, settings_.grid);
                if (settings_.roundScales) grid.scale = double(halfToFloat(floatToHalf(float(grid.scale))));
                // Too small for 16 bits: every code then means zero.
                if (!(grid.scale > 0)) grid.scale = double(halfToFloat(1));
                result_.grids[size_t(r * groups() + group)] = grid;
            }
        });
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
                if (c % settings_.groupSize == 0) fitGroup(c / settings_.groupSize, weights_);
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

    const Backend& backend_;
    std::vector<float> weights_; // in solving order
    int64_t rows_, columns_;
    const GptqSettings& settings_;
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
    return Solver(backend, weights, rows, columns, std::move(covariance), settings, what).run();
}

} // namespace paretoscope::quantization
