#include "plugins/quantization/spqr_solver.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/tensor/packed_layout.h"
#include "plugins/quantization/column_order.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

namespace {

class Solver {
public:
    Solver(const Backend& backend, const std::vector<float>& weights, int64_t rows, int64_t columns,
           const std::vector<double>& covariance, const SpqrSettings& settings, const std::string& what)
        : backend_(backend), settings_(settings), rows_(rows), columns_(columns)
    {
        ColumnProblem problem = orderedColumns(weights, rows, columns, covariance, settings.actOrder, settings.damping, what);
        weights_ = std::move(problem.weights);
        factor_ = std::move(problem.factor);
        result_.order = std::move(problem.order);
        result_.rows = rows, result_.columns = columns;
        const auto count = size_t(rows * columns);
        result_.codes.resize(count), result_.isOutlier.resize(count), result_.values.resize(count);
        result_.grids.resize(size_t(rows * groups()));
        const auto tiles = size_t((rows + settings.tileRows - 1) / settings.tileRows);
        if (settings.statisticBits > 0) {
            result_.scales.resize(tiles * size_t(groups()));
            result_.zeros.resize(result_.scales.size());
        }
    }

    SpqrResult run()
    {
        result_.threshold = settings_.outlierThreshold * sensitivity();
        for (int64_t begin = 0; begin < columns_; begin += settings_.blockColumns)
            solveBlock(begin, std::min(columns_, begin + settings_.blockColumns));
        return std::move(result_);
    }

private:
    int64_t groups() const { return columns_ / settings_.groupSize; }
    double diagonal(int64_t c) const { return factor_[size_t(c * columns_ + c)]; }
    bool seeksOutliers() const { return std::isfinite(result_.threshold); }
    double* rowOf(std::vector<double>& work, int64_t r, int64_t width, int64_t firstRow) const
    {
        return work.data() + (r - firstRow) * width;
    }

    // Mean over columns of the rows' variance by the squared diagonal.
    double sensitivity() const
    {
        double total = 0;
        for (int64_t c = 0; c < columns_; ++c) {
            double mean = 0, square = 0;
            for (int64_t r = 0; r < rows_; ++r) mean += double(weights_[size_t(r * columns_ + c)]) / double(rows_);
            for (int64_t r = 0; r < rows_; ++r) {
                const double difference = double(weights_[size_t(r * columns_ + c)]) - mean;
                square += difference * difference / double(std::max<int64_t>(1, rows_ - 1));
            }
            total += square / (diagonal(c) * diagonal(c));
        }
        return total / double(columns_);
    }

    void solveBlock(int64_t begin, int64_t end)
    {
        const int64_t width = end - begin, tile = settings_.tileRows;
        std::vector<float> errors(size_t(rows_ * width));
        parallelFor((rows_ + tile - 1) / tile, 1, [&](int64_t first, int64_t last) {
            for (int64_t t = first; t < last; ++t) solveTile(t, begin, end, errors);
        });
        if (end == columns_) return;
        std::vector<float> factor(size_t(width * (columns_ - end)));
        for (int64_t i = 0; i < width; ++i)
            for (int64_t c = end; c < columns_; ++c)
                factor[size_t(i * (columns_ - end) + c - end)] = float(factor_[size_t((begin + i) * columns_ + c)]);
        backend_.gemm(false, false, -1, {errors.data(), rows_, width}, {factor.data(), width, columns_ - end}, true,
                      {weights_.data() + end, rows_, columns_ - end, columns_});
    }

    // The columns [begin, end) of the rows that share their second level.
    void solveTile(int64_t tile, int64_t begin, int64_t end, std::vector<float>& errors)
    {
        const int64_t firstRow = tile * settings_.tileRows, lastRow = std::min(rows_, firstRow + settings_.tileRows);
        const int64_t width = end - begin;
        std::vector<double> work(size_t((lastRow - firstRow) * width));
        for (int64_t r = firstRow; r < lastRow; ++r)
            for (int64_t i = 0; i < width; ++i) rowOf(work, r, width, firstRow)[i] = double(weights_[size_t(r * columns_ + begin + i)]);
        for (int64_t c = begin; c < end; c += settings_.groupSize) {
            fitGroup(tile, firstRow, lastRow, c, work, width, begin);
            for (int64_t r = firstRow; r < lastRow; ++r)
                solveGroup(r, c, end, rowOf(work, r, width, firstRow) - begin, errors.data() + r * width - begin);
        }
    }

    void fitGroup(int64_t tile, int64_t firstRow, int64_t lastRow, int64_t column, std::vector<double>& work, int64_t width,
                  int64_t begin)
    {
        const int64_t group = column / settings_.groupSize;
        std::vector<double> scales, zeros;
        for (int64_t r = firstRow; r < lastRow; ++r) {
            std::vector<double> weights(rowOf(work, r, width, firstRow) + column - begin,
                                        rowOf(work, r, width, firstRow) + column - begin + settings_.groupSize);
            if (!settings_.simplified && seeksOutliers()) leaveOutliers(weights, column);
            const FloatGrid grid = fitFloatGrid(weights, settings_.bits);
            result_.grids[size_t(r * groups() + group)] = grid;
            scales.push_back(grid.scale);
            zeros.push_back(grid.zero);
        }
        if (settings_.statisticBits == 0) return;
        const auto place = size_t(tile * groups() + group);
        result_.scales[place] = codeNumbers(scales, settings_.statisticBits, settings_.halves);
        result_.zeros[place] = codeNumbers(zeros, settings_.statisticBits, settings_.halves);
        for (int64_t r = firstRow; r < lastRow; ++r)
            result_.grids[size_t(r * groups() + group)] = {result_.scales[place].at(size_t(r - firstRow)),
                                                           result_.zeros[place].at(size_t(r - firstRow))};
    }

    // Likely outliers take the mean of the rest, so that the grid does not stretch for them.
    void leaveOutliers(std::vector<double>& weights, int64_t column) const
    {
        std::vector<double> factors;
        for (int64_t i = 0; i < settings_.groupSize; ++i) factors.push_back(diagonal(column + i));
        const std::vector<double> gain = leaveOneOutGain(weights, factors, settings_.bits);
        double sum = 0, kept = 0;
        for (size_t i = 0; i < weights.size(); ++i)
            if (!(gain[i] > result_.threshold)) sum += weights[i], kept += 1;
        for (size_t i = 0; i < weights.size(); ++i)
            if (gain[i] > result_.threshold) weights[i] = sum / std::max(1.0, kept);
    }

    // What stands for an outlier: a 16-bit number on top of the grid's value.
    double keptValue(double weight, double gridValue) const
    {
        if (!settings_.halves) return weight;
        return gridValue + double(halfToFloat(floatToHalf(float(weight - gridValue))));
    }

    // `w` and `errors` are indexed by column.
    void solveGroup(int64_t r, int64_t column, int64_t end, double* w, float* errors)
    {
        const FloatGrid& grid = result_.grids[size_t(r * groups() + column / settings_.groupSize)];
        for (int64_t c = column; c < column + settings_.groupSize; ++c) {
            const auto at = size_t(r * columns_ + c);
            int code = grid.quantize(w[c], settings_.bits);
            double value = grid.dequantize(code);
            double error = (w[c] - value) / diagonal(c);
            if (seeksOutliers() && error * error > result_.threshold) {
                code = grid.quantize(0, settings_.bits);
                value = keptValue(w[c], grid.dequantize(code));
                error = (w[c] - value) / diagonal(c);
                result_.isOutlier[at] = 1;
            }
            result_.codes[at] = uint8_t(code);
            result_.values[at] = value;
            errors[c] = float(error);
            const double* factor = factor_.data() + c * columns_;
            for (int64_t j = c + 1; j < end; ++j) w[j] -= error * factor[j];
        }
    }

    const Backend& backend_;
    const SpqrSettings& settings_;
    int64_t rows_, columns_;
    std::vector<float> weights_; // in solving order
    std::vector<double> factor_; // U
    SpqrResult result_;
};

} // namespace

int64_t SpqrResult::outliers() const
{
    return std::count(isOutlier.begin(), isOutlier.end(), 1);
}

BilevelMatrix SpqrResult::matrix(const SpqrSettings& settings) const
{
    BilevelMatrix result{settings.bits, settings.statisticBits, settings.groupSize, settings.tileRows, rows, columns, {}, {}, {}, {}};
    const auto groups = size_t(result.groups()), width = size_t(columns);
    const auto codeBytes = size_t(columns * settings.bits / 8), statisticBytes = size_t(packedBytes(int64_t(groups), settings.statisticBits));
    result.codes = Tensor::zeros(DType::U8, {rows, int64_t(codeBytes)});
    result.scaleCodes = Tensor::zeros(DType::U8, {rows, int64_t(statisticBytes)});
    result.zeroCodes = Tensor::zeros(DType::U8, {rows, int64_t(statisticBytes)});
    result.statistics = Tensor::zeros(DType::F16, {result.tiles(), int64_t(groups), 4});
    std::vector<uint8_t> scaleRow(groups), zeroRow(groups);
    for (size_t r = 0; r < size_t(rows); ++r) {
        const size_t tile = r / size_t(settings.tileRows), inTile = r % size_t(settings.tileRows);
        for (size_t g = 0; g < groups; ++g) {
            scaleRow[g] = scales[tile * groups + g].codes[inTile];
            zeroRow[g] = zeros[tile * groups + g].codes[inTile];
        }
        packCodes(std::span(codes).subspan(r * width, width), settings.bits, result.codes.fill<uint8_t>().subspan(r * codeBytes, codeBytes));
        packCodes(scaleRow, settings.statisticBits, result.scaleCodes.fill<uint8_t>().subspan(r * statisticBytes, statisticBytes));
        packCodes(zeroRow, settings.statisticBits, result.zeroCodes.fill<uint8_t>().subspan(r * statisticBytes, statisticBytes));
    }
    const auto statistics = result.statistics.fill<uint16_t>();
    for (size_t i = 0; i < scales.size(); ++i) {
        const double numbers[] = {scales[i].step, scales[i].first, zeros[i].step, zeros[i].first};
        for (size_t n = 0; n < 4; ++n) statistics[i * 4 + n] = floatToHalf(float(numbers[n]));
    }
    return result;
}

SparseRows SpqrResult::sparse() const
{
    SparseRows result{rows, columns, Tensor::zeros(DType::I32, {rows + 1}), Tensor::zeros(DType::I16, {outliers()}),
                      Tensor::zeros(DType::F16, {outliers()})};
    const auto offsets = result.offsets.fill<int32_t>();
    size_t next = 0;
    const int64_t groupSize = columns / (int64_t(grids.size()) / rows);
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t c = 0; c < columns; ++c) {
            const auto at = size_t(r * columns + c);
            if (!isOutlier[at]) continue;
            const FloatGrid& grid = grids[size_t(r * (columns / groupSize) + c / groupSize)];
            result.places.fill<uint16_t>()[next] = uint16_t(c);
            result.values.fill<uint16_t>()[next++] = floatToHalf(float(values[at] - grid.dequantize(codes[at])));
        }
        offsets[size_t(r) + 1] = int32_t(next);
    }
    return result;
}

SpqrResult solveSpqr(const Backend& backend, const std::vector<float>& weights, int64_t rows, int64_t columns,
                     const std::vector<double>& covariance, const SpqrSettings& settings, const std::string& what)
{
    if (columns % settings.groupSize != 0 || settings.blockColumns % settings.groupSize != 0 ||
        int64_t(covariance.size()) != columns * columns)
        fail(ErrorCode::Internal, "{}: operands of SpQR do not fit", what);
    return Solver(backend, weights, rows, columns, covariance, settings, what).run();
}

} // namespace paretoscope::quantization
