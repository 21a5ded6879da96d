#include "plugins/quantization/input_importance.h"

#include <fmt/format.h>

namespace paretoscope::quantization {

class InputImportance::Collector : public Observer {
public:
    Collector(InputImportance& importance, const Model& model, const Backend& backend)
        : importance_(importance), model_(model), backend_(backend)
    {
    }

    void linearInput(const LinearId& id, ConstMatrixView x) override { importance_.sums_[id].add(x); }

    // The head reads the last block's output behind the final norm.
    void blockOutput(int block, ConstMatrixView y) override
    {
        if (block + 1 != int(model_.blocks.size()) || model_.outputProjection || !model_.finalNorm) return;
        const NormParameters& norm = *model_.finalNorm;
        normed_.resize(size_t(y.rows * y.columns));
        const MatrixView x{normed_.data(), y.rows, y.columns};
        const float* weight = floatsOrNull(norm.weight);
        const float* bias = floatsOrNull(norm.bias);
        if (norm.kind == NormKind::Rms) backend_.rmsNorm(y, weight, bias, norm.epsilon, x);
        else backend_.layerNorm(y, weight, bias, norm.epsilon, x);
        importance_.sums_[{-1, -1, "output"}].add(x);
    }

private:
    InputImportance& importance_;
    const Model& model_;
    const Backend& backend_;
    std::vector<float> normed_;
};

void InputImportance::Sums::add(ConstMatrixView x)
{
    squares.resize(size_t(x.columns));
    rows += x.rows;
    for (int64_t r = 0; r < x.rows; ++r)
        for (int64_t c = 0; c < x.columns; ++c) squares[size_t(c)] += double(x.row(r)[c]) * double(x.row(r)[c]);
}

InputImportance::InputImportance(const Model& model, const std::vector<std::vector<int32_t>>& sequences,
                                 Workbench& workbench, const std::string& title)
{
    BlockWalk walk(model, *workbench.backend, sequences);
    Collector collector(*this, model, *workbench.backend);
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        workbench.job->report(0.5 * double(b) / double(model.blocks.size()),
                              fmt::format("{}: inputs of block {} of {}", title, b + 1, model.blocks.size()));
        walk.look(model, int(b), collector, *workbench.job);
        if (b + 1 < model.blocks.size()) walk.advance(model, int(b), *workbench.job);
    }
}

std::vector<float> InputImportance::of(const LinearId& id) const
{
    const auto found = sums_.find(id);
    if (found == sums_.end() || found->second.rows == 0) return {};
    std::vector<float> means;
    for (const double square : found->second.squares) means.push_back(float(square / double(found->second.rows)));
    return means;
}

} // namespace paretoscope::quantization
