#include "plugins/quantization/spqr_solver.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "plugins/quantization/column_solver.h"

#include <limits>

namespace paretoscope::quantization {

namespace {

RealGrid gridOf(std::span<const double> values, int bits, bool half)
{
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return gridOfRange(*low, *high, bits, half);
}

// Σ (quantization error / U_ii)² of a group.
double costOf(std::span<const double> values, std::span<const double> diagonal, int bits)
{
    const RealGrid grid = gridOf(values, bits, false);
    double cost = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        const double error = (values[i] - dequantize(quantize(values[i], grid, bits), grid)) / diagonal[i];
        cost += error * error;
    }
    return cost;
}

class SpqrRule : public ColumnRule {
public:
    SpqrRule(int64_t rows, int64_t columns, const SpqrSettings& settings)
        : rows_(rows), columns_(columns), settings_(settings)
    {
        const auto weights = size_t(rows * columns), groups = size_t(rows * groupCount());
        const auto grids = size_t(((rows - 1) / settings.sharedRows + 1) * groupCount());
        result_.codes.resize(weights);
        result_.groups.resize(groups);
        result_.outlierMask.resize(weights);
        result_.outlierWeights.resize(weights);
        if (settings.scaleBits > 0) {
            result_.scaleCodes.resize(groups);
            result_.scaleGrids.resize(grids);
        }
        if (settings.zeroBits > 0) {
            result_.zeroCodes.resize(groups);
            result_.zeroGrids.resize(grids);
        }
    }

    // The threshold comes from the weights before any of them is changed.
    void arrange(const float* weights, std::span<const int32_t>, std::span<const double> diagonal) override
    {
        diagonal_.assign(diagonal.begin(), diagonal.end());
        result_.threshold = std::numeric_limits<double>::infinity();
        if (!settings_.outliers) return;
        double mean = 0;
        for (int64_t c = 0; c < columns_; ++c) {
            double sum = 0, squares = 0;
            for (int64_t r = 0; r < rows_; ++r) sum += double(weights[r * columns_ + c]);
            for (int64_t r = 0; r < rows_; ++r) squares += std::pow(double(weights[r * columns_ + c]) - sum / double(rows_), 2);
            const double variance = squares / double(std::max<int64_t>(1, rows_ - 1));
            mean += variance / (diagonal_[size_t(c)] * diagonal_[size_t(c)]) / double(columns_);
        }
        result_.threshold = settings_.outlierThreshold * mean;
    }

    // One group: the solver steps by groups.
    void prepare(int64_t begin, int64_t, const float* weights) override
    {
        const int64_t group = begin / settings_.groupSize;
        const int64_t blocks = (rows_ - 1) / settings_.sharedRows + 1;
        parallelFor(blocks, 1, [&](int64_t first, int64_t last) {
            for (int64_t block = first; block < last; ++block) fitRows(block, group, weights);
        });
    }

    double decide(int64_t row, int64_t column, double value) override
    {
        const auto at = size_t(row * columns_ + column);
        const RealGrid& grid = result_.groups[size_t(row * groupCount() + column / settings_.groupSize)];
        int code = quantize(value, grid, settings_.bits);
        double kept = dequantize(code, grid);
        const double error = (value - kept) / diagonal_[size_t(column)];
        if (error * error > result_.threshold) {
            code = quantize(0, grid, settings_.bits);
            kept = value;
            result_.outlierMask[at] = 1;
            result_.outlierWeights[at] = float(value);
        }
        result_.codes[at] = uint8_t(code);
        return kept;
    }

    SpqrResult take(ColumnSolution solution)
    {
        result_.order = std::move(solution.order);
        result_.loss = solution.loss;
        result_.damping = solution.damping;
        return std::move(result_);
    }

private:
    int64_t groupCount() const { return columns_ / settings_.groupSize; }

    // The group's grids of the rows that share second-level grids.
    void fitRows(int64_t block, int64_t group, const float* weights)
    {
        const int64_t begin = block * settings_.sharedRows, end = std::min(rows_, begin + settings_.sharedRows);
        const auto size = size_t(settings_.groupSize);
        const auto diagonal = std::span(diagonal_).subspan(size_t(group) * size, size);
        const bool twoLevel = settings_.scaleBits > 0 || settings_.zeroBits > 0;
        std::vector<double> values(size), scales, zeros;
        for (int64_t r = begin; r < end; ++r) {
            const float* from = weights + r * columns_ + group * settings_.groupSize;
            std::copy(from, from + size, values.begin());
            if (settings_.outliers && settings_.leaveOneOut) hideOutliers(values, diagonal);
            const RealGrid grid = gridOf(values, settings_.bits, settings_.roundNumbers && !twoLevel);
            scales.push_back(grid.scale);
            zeros.push_back(grid.zero);
        }
        storeNumbers(scales, settings_.scaleBits, begin, group, result_.scaleCodes, result_.scaleGrids);
        storeNumbers(zeros, settings_.zeroBits, begin, group, result_.zeroCodes, result_.zeroGrids);
        for (int64_t r = begin; r < end; ++r)
            result_.groups[size_t(r * groupCount() + group)] = {scales[size_t(r - begin)], zeros[size_t(r - begin)]};
    }

    // Puts the mean of the others in place of weights without which the group would cost much less.
    void hideOutliers(std::vector<double>& values, std::span<const double> diagonal) const
    {
        const double all = costOf(values, diagonal, settings_.bits);
        if (!(all > result_.threshold)) return; // no single weight can save as much
        std::vector<double> others(values.begin() + 1, values.end());
        std::vector<double> costs(diagonal.begin() + 1, diagonal.end());
        std::vector<bool> likely(values.size());
        double sum = 0;
        size_t kept = 0;
        for (size_t i = 0; i < values.size(); ++i) {
            if (i > 0) {
                others[i - 1] = values[i - 1];
                costs[i - 1] = diagonal[i - 1];
            }
            likely[i] = all - costOf(others, costs, settings_.bits) > result_.threshold;
            if (likely[i]) continue;
            sum += values[i];
            ++kept;
        }
        const double mean = sum / double(std::max<size_t>(1, kept));
        for (size_t i = 0; i < values.size(); ++i)
            if (likely[i]) values[i] = mean;
    }

    // Replaces numbers by what will be read back.
    void storeNumbers(std::vector<double>& numbers, int bits, int64_t firstRow, int64_t group, std::vector<uint8_t>& codes,
                      std::vector<RealGrid>& grids)
    {
        if (bits == 0) {
            if (settings_.roundNumbers)
                for (double& number : numbers) number = halfOf(number);
            return;
        }
        const RealGrid grid = gridOf(numbers, bits, settings_.roundNumbers);
        grids[size_t(firstRow / settings_.sharedRows * groupCount() + group)] = grid;
        for (size_t i = 0; i < numbers.size(); ++i) {
            const int code = quantize(numbers[i], grid, bits);
            codes[(size_t(firstRow) + i) * size_t(groupCount()) + size_t(group)] = uint8_t(code);
            numbers[i] = dequantize(code, grid);
        }
    }

    int64_t rows_, columns_;
    const SpqrSettings& settings_;
    std::vector<double> diagonal_; // of U
    SpqrResult result_;
};

} // namespace

SpqrResult solveSpqr(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                     std::vector<double> covariance, const SpqrSettings& settings, const std::string& what)
{
    const int64_t group = settings.groupSize;
    if (group < 2 || columns % group != 0) fail(ErrorCode::Internal, "{}: the groups of SpQR do not fit", what);
    SpqrRule rule(rows, columns, settings);
    const int64_t block = std::max(group, 128 / group * group);
    const ColumnSolverSettings solver{settings.actOrder, settings.damping, block, group};
    return rule.take(
        solveColumns(backend, std::move(weights), rows, columns, std::move(covariance), solver, rule, what));
}

} // namespace paretoscope::quantization
