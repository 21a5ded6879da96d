#include "plugins/quantization/level_candidates.h"

#include "core/base/parallel.h"
#include "core/strategy/covariances.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/group_layout.h"

#include <fmt/format.h>

namespace paretoscope::quantization {

namespace {

// tr(D C Dᵀ) for D = dense - stored, through one product.
double outputError(const Backend& backend, const std::vector<float>& dense, const LinearWeight& stored,
                   const std::vector<double>& covariance, double tokens)
{
    const int64_t rows = stored.outputs(), columns = stored.inputs();
    std::vector<float> difference = stored.toDense();
    for (size_t i = 0; i < difference.size(); ++i) difference[i] = dense[i] - difference[i];
    std::vector<float> weighted(covariance.size());
    for (size_t i = 0; i < weighted.size(); ++i) weighted[i] = float(covariance[i] / tokens);
    std::vector<float> product(difference.size());
    backend.gemm(false, false, 1, {difference.data(), rows, columns}, {weighted.data(), columns, columns}, false,
                 {product.data(), rows, columns});
    double sum = 0;
    for (size_t i = 0; i < product.size(); ++i) sum += double(product[i]) * double(difference[i]);
    return std::max(0.0, sum);
}

class Builder {
public:
    Builder(const std::string& strategy, const Settings& settings, const Backend& backend, bool gptq, double tokens,
            std::set<std::string>& notes)
        : strategy_(strategy), settings_(settings), backend_(backend), gptq_(gptq), tokens_(tokens), notes_(notes)
    {
    }

    LinearWeightPtr stored(const LinearId& id, const LinearWeight& weight, const std::vector<float>& dense,
                           const std::vector<double>* covariance, int bits) const
    {
        const std::string what = strategy_ + ": " + id.text();
        const int64_t group = groupFor(strategy_, id, weight, bits, settings_);
        noteSmallerGroup(settings_, group, weight.inputs(), notes_);
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        const AffineSettings grid{bits, false, false};
        if (!gptq_ || !covariance)
            return std::make_shared<PackedLinear>(quantizeToNearest(dense, rows, columns, group, grid, what));
        const GptqResult solved = solveGptq(backend_, dense, rows, columns, *covariance, {grid, group}, what);
        PackedMatrixBuilder builder(rows, columns, bits, group, false);
        for (int64_t r = 0; r < rows; ++r)
            builder.setRow(r, std::span(solved.codes).subspan(size_t(r * columns), size_t(columns)),
                           std::span(solved.grids).subspan(size_t(r * (columns / group)), size_t(columns / group)), what);
        return std::make_shared<PackedLinear>(builder.take());
    }

    double error(const std::vector<float>& dense, const LinearWeight& stored, const std::vector<double>* covariance) const
    {
        // Without a token that reaches it, a map changes nothing.
        return covariance ? outputError(backend_, dense, stored, *covariance, tokens_) : 0;
    }

private:
    const std::string& strategy_;
    const Settings& settings_;
    const Backend& backend_;
    bool gptq_;
    double tokens_;
    std::set<std::string>& notes_;
};

} // namespace

std::shared_ptr<Model> LevelCandidates::applied(const Model& model, const std::vector<int>& levels) const
{
    std::map<LinearId, LinearWeightPtr> chosen;
    for (size_t layer = 0; layer < maps.size(); ++layer) chosen[maps[layer]] = stored[layer][size_t(levels[layer])];
    return withLinears(model, [&](const LinearId& id, const Linear& linear) {
        const auto found = chosen.find(id);
        return found == chosen.end() ? linear.weight : found->second;
    });
}

LevelCandidates makeLevelCandidates(const Model& model, const std::vector<std::vector<int32_t>>& sequences,
                                    const std::vector<int>& widths, bool gptq, const std::string& strategy,
                                    const Settings& settings, Workbench& workbench, double part,
                                    std::set<std::string>& notes)
{
    double tokens = 0;
    for (const auto& sequence : sequences) tokens += double(sequence.size());
    const Builder builder(strategy, settings, *workbench.backend, gptq, tokens, notes);
    KeptCovariances kept(model, sequences, workbench);
    LevelCandidates result;
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        const InputCovariances& covariances = kept.ofNextBlock();
        forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
            if (id.block != int(b) || !isQuantizable(id)) return;
            workbench.job->report(part * double(b) / double(model.blocks.size()), "every width of " + id.text());
            const std::vector<double>* covariance = covariances.of(id);
            const std::vector<float> dense = finiteDense(*linear.weight, strategy + ": " + id.text());
            std::vector<Level> levels;
            std::vector<LinearWeightPtr> stored;
            for (const int bits : widths) {
                workbench.job->throwIfCancelled();
                stored.push_back(builder.stored(id, *linear.weight, dense, covariance, bits));
                levels.push_back({stored.back()->storedBytes(), builder.error(dense, *stored.back(), covariance)});
            }
            result.maps.push_back(id);
            result.stored.push_back(std::move(stored));
            result.database.layers.push_back(id.text());
            result.database.levels.push_back(std::move(levels));
        });
    }
    if (kept.anyFromCache()) notes.insert("the statistics of the calibration text were there; the time is without them");
    return result;
}

} // namespace paretoscope::quantization
