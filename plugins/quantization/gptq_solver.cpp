#include "plugins/quantization/gptq_solver.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "plugins/quantization/column_solver.h"

namespace paretoscope::quantization {

namespace {

// The nearest code of the column's group.
class GptqRule : public ColumnRule {
public:
    GptqRule(int64_t rows, int64_t columns, const GptqSettings& settings)
        : rows_(rows), columns_(columns), settings_(settings)
    {
        result_.codes.resize(size_t(rows * columns));
        result_.grids.resize(size_t(rows * groups()));
    }

    void start(const float* weights) override
    {
        if (settings_.staticGroups)
            for (int64_t g = 0; g < groups(); ++g) fitGroup(g, weights);
    }

    void arrange(const float*, std::span<const int32_t> order, std::span<const double>) override
    {
        if (settings_.staticGroups) order_.assign(order.begin(), order.end());
    }

    // Groups that start here see what earlier blocks left, as in the published code.
    void prepare(int64_t begin, int64_t end, const float* weights) override
    {
        if (settings_.staticGroups) return;
        for (int64_t c = begin; c < end; ++c)
            if (c % settings_.groupSize == 0) fitGroup(c / settings_.groupSize, weights);
    }

    double decide(int64_t row, int64_t column, double value) override
    {
        const int64_t stored = order_.empty() ? column : order_[size_t(column)];
        const AffineGrid& grid = result_.grids[size_t(row * groups() + stored / settings_.groupSize)];
        const int code = quantize(value, grid, settings_.grid.bits);
        result_.codes[size_t(row * columns_ + stored)] = uint8_t(code);
        return dequantize(code, grid);
    }

    GptqResult take(ColumnSolution solution)
    {
        if (!settings_.staticGroups) result_.order = std::move(solution.order);
        result_.loss = solution.loss;
        result_.damping = solution.damping;
        result_.deadColumns = solution.deadColumns;
        return std::move(result_);
    }

private:
    int64_t groups() const { return columns_ / settings_.groupSize; }

    void fitGroup(int64_t group, const float* weights)
    {
        parallelFor(rows_, 8, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r) {
                const float* first = weights + r * columns_ + group * settings_.groupSize;
                AffineGrid grid = fitGrid({first, size_t(settings_.groupSize)}, settings_.grid);
                if (settings_.roundScales) grid.scale = double(halfToFloat(floatToHalf(float(grid.scale))));
                // Too small for 16 bits: every code then means zero.
                if (!(grid.scale > 0)) grid.scale = double(halfToFloat(1));
                result_.grids[size_t(r * groups() + group)] = grid;
            }
        });
    }

    int64_t rows_, columns_;
    const GptqSettings& settings_;
    std::vector<int32_t> order_; // where groups keep the columns' original places; else empty
    GptqResult result_;
};

} // namespace

GptqResult solveGptq(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                     std::vector<double> covariance, const GptqSettings& settings, const std::string& what)
{
    if (columns % settings.groupSize != 0) fail(ErrorCode::Internal, "{}: the groups of GPTQ do not fit", what);
    GptqRule rule(rows, columns, settings);
    const ColumnSolverSettings solver{settings.actOrder, settings.damping, settings.blockColumns, settings.blockColumns};
    return rule.take(
        solveColumns(backend, std::move(weights), rows, columns, std::move(covariance), solver, rule, what));
}

} // namespace paretoscope::quantization
