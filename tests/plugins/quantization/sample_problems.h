// Matrices with covariances of their inputs, and the built-in model with a calibration text.
#pragma once

#include "core/base/file.h"
#include "core/base/random.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/strategy/recipe.h"
#include "plugins/quantization/equivalent_scaling.h"

#include <cmath>
#include <set>
#include <vector>

namespace paretoscope::test {

struct Problem {
    int64_t rows, columns;
    std::vector<float> weights;
    std::vector<double> covariance;
};

// Inputs that lean on each other, as a model's do.
inline Problem someProblem(int64_t rows, int64_t columns, uint64_t seed)
{
    Random random(seed, "problem");
    Problem problem{rows, columns, {}, std::vector<double>(size_t(columns * columns))};
    for (int64_t i = 0; i < rows * columns; ++i) problem.weights.push_back(float(random.normal()));
    for (int64_t t = 0; t < 4 * columns; ++t) {
        std::vector<double> x;
        const double common = random.normal();
        for (int64_t c = 0; c < columns; ++c) x.push_back(random.normal() + common * (1 + double(c % 3)));
        for (int64_t a = 0; a < columns; ++a)
            for (int64_t b = 0; b < columns; ++b) problem.covariance[size_t(a * columns + b)] += x[size_t(a)] * x[size_t(b)];
    }
    return problem;
}

// tr((W - Ŵ) H (W - Ŵ)ᵀ)
inline double lossOf(const Problem& problem, const std::vector<double>& dense, double damping = 0)
{
    double mean = 0, total = 0;
    const int64_t n = problem.columns;
    for (int64_t c = 0; c < n; ++c) mean += problem.covariance[size_t(c * n + c)] / double(n);
    for (int64_t r = 0; r < problem.rows; ++r)
        for (int64_t a = 0; a < n; ++a)
            for (int64_t b = 0; b < n; ++b) {
                const auto difference = [&](int64_t c) {
                    return double(problem.weights[size_t(r * n + c)]) - dense[size_t(r * n + c)];
                };
                const double h = problem.covariance[size_t(a * n + b)] + (a == b ? damping * mean : 0);
                total += difference(a) * h * difference(b);
            }
    return total;
}

// Methods card C7: some channels of the norms are 50 times as large, and what reads them divides.
inline ModelPtr withOutlierChannels(const Model& model)
{
    using quantization::ScalingGroup;
    auto result = std::make_shared<Model>(model);
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        auto block = std::make_shared<Block>(*model.blocks[b]);
        std::set<std::string> notes;
        for (const ScalingGroup& group : quantization::scalingGroups(*block, int(b), notes)) {
            if (group.source == ScalingGroup::Source::Map) continue;
            std::vector<float> scales(size_t(model.config.hidden), 1.0f);
            for (size_t channel = b; channel < scales.size(); channel += 61) scales[channel] = 1.0f / 50;
            quantization::foldScales(*block, group, scales);
        }
        result->blocks[b] = std::move(block);
    }
    return result;
}

// The built-in model; recipes are applied to it with the built-in text as calibration.
class StarterModel {
public:
    StarterModel()
    {
        pipeline.model = openModel(PARETOSCOPE_SOURCE_DIR "/resources/models/starter");
        workbench.backend = cpuBackend();
        workbench.job = &job;
        workbench.calibrationText =
            readFile(std::filesystem::path(PARETOSCOPE_BINARY_DIR) / "share/paretoscope/texts/arithmetic.txt");
        workbench.calibrationSource = "arithmetic.txt";
    }

    Pipeline with(const std::string& recipe) { return applyRecipe(parseRecipe(recipe), pipeline, workbench); }

    // Σ of squared differences of the last hidden states on the beginning of the text.
    double drift(const Pipeline& compressed) const
    {
        const std::vector<int32_t> tokens =
            pipeline.model->tokenizer->encode(workbench.calibrationText.substr(0, 600), false);
        Session a(pipeline.model, cpuBackend()), b(compressed.model, cpuBackend());
        const ConstMatrixView x = a.hidden(tokens), y = b.hidden(tokens);
        double sum = 0;
        for (int64_t r = 0; r < x.rows; ++r)
            for (int64_t c = 0; c < x.columns; ++c) sum += std::pow(double(x.row(r)[c]) - double(y.row(r)[c]), 2);
        return sum;
    }

    Pipeline pipeline;
    JobContext job;
    Workbench workbench;
};

} // namespace paretoscope::test
