// MixLLM: the rows that matter most to the loss get more bits, wherever in the model they are.
#include "core/base/error.h"
#include "core/model/row_mix_linear.h"
#include "plugins/quantization/block_solving.h"
#include "plugins/quantization/gptq_solver.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/row_salience.h"

#include <set>

namespace paretoscope::quantization {

namespace {

const std::string strategyId = "quantization.mixllm";
constexpr int highBits = 8;

class MixRun {
public:
    MixRun(const Pipeline& pipeline, const Settings& settings, Workbench& workbench)
        : pipeline_(pipeline), settings_(settings), workbench_(workbench), lowBits_(int(settings.integer("bits")))
    {
    }

    Pipeline run()
    {
        const Model& model = *pipeline_.model;
        const auto sequences = calibrationSequences(model, settings_, workbench_, strategyId);
        const RowSalience salience = salienceOf(model, sequences);
        const std::string choice = settings_.text("selection");
        chosen_ = chosenRows(salience.sums, settings_.number("share"),
                             choice == "per_matrix" ? RowChoice::PerMap
                             : choice == "random"   ? RowChoice::Random
                                                    : RowChoice::Global,
                             workbench_.seed);
        workbench_.job->enterPart(0.4, 1);
        Pipeline result = solveBlockwise(pipeline_, settings_, workbench_, strategyId, "MixLLM",
                                         [&](const LinearId& id, const LinearWeight& weight,
                                             const std::vector<double>* covariance, std::set<std::string>& notes) {
                                             return mixed(id, weight, covariance, notes);
                                         });
        result.notes.push_back(shares());
        return result;
    }

private:
    RowSalience salienceOf(const Model& model, const std::vector<std::vector<int32_t>>& sequences)
    {
        const auto rounded = [&](const LinearId& id, const LinearWeight& weight) {
            const std::string what = strategyId + ": " + id.text();
            const int64_t group = groupFor(strategyId, id, weight, lowBits_, settings_);
            const std::vector<float> dense = finiteDense(weight, what);
            const PackedLinear packed(
                quantizeToNearest(dense, weight.outputs(), weight.inputs(), group, {lowBits_, false, false}, what));
            return static_cast<const LinearWeight&>(packed).toDense();
        };
        try {
            return rowSalience(model, sequences, isQuantizable, rounded, workbench_, "MixLLM");
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Unsupported) throw;
            fail(error.code(), "{} needs gradients: {}", strategyId, error.what());
        }
    }

    LinearWeightPtr mixed(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance,
                          std::set<std::string>& notes) const
    {
        const int64_t group = groupFor(strategyId, id, weight, lowBits_, settings_);
        noteSmallerGroup(settings_, group, weight.inputs(), notes);
        const std::vector<bool>& high = chosen_.at(id);
        const auto count = int64_t(std::count(high.begin(), high.end(), true));
        const std::vector<float> dense = finiteDense(weight, strategyId + ": " + id.text());
        if (count == 0) return rowsOf(id, dense, weight, high, false, group, covariance);
        if (count == weight.outputs()) return rowsOf(id, dense, weight, high, true, group, covariance);
        Tensor order = Tensor::zeros(DType::I32, {weight.outputs()});
        const std::span<int32_t> places = order.fill<int32_t>();
        int32_t* next = places.data();
        for (const bool wanted : {false, true})
            for (size_t r = 0; r < high.size(); ++r)
                if (high[r] == wanted) *next++ = int32_t(r);
        return std::make_shared<RowMixLinear>(rowsOf(id, dense, weight, high, false, group, covariance),
                                              rowsOf(id, dense, weight, high, true, group, covariance), order);
    }

    // The rows with many bits (symmetric), or those with few, quantized.
    LinearWeightPtr rowsOf(const LinearId& id, const std::vector<float>& dense, const LinearWeight& weight,
                           const std::vector<bool>& high, bool many, int64_t group,
                           const std::vector<double>* covariance) const
    {
        const std::string what = strategyId + ": " + id.text();
        const int64_t columns = weight.inputs();
        std::vector<float> rows;
        for (size_t r = 0; r < high.size(); ++r)
            if (high[r] == many)
                rows.insert(rows.end(), dense.begin() + int64_t(r) * columns,
                            dense.begin() + int64_t(r + 1) * columns);
        const int64_t count = int64_t(rows.size()) / columns;
        const AffineSettings grid{many ? highBits : lowBits_, many, false};
        if (!covariance || !settings_.boolean("compensate"))
            return std::make_shared<PackedLinear>(quantizeToNearest(rows, count, columns, group, grid, what));
        const GptqResult solved = solveGptq(*workbench_.backend, std::move(rows), count, columns, *covariance,
                                            {grid, group, false, false, 0.01, true}, what);
        PackedMatrixBuilder builder(count, columns, grid.bits, group, grid.symmetric);
        const int64_t groups = columns / group;
        for (int64_t r = 0; r < count; ++r)
            builder.setRow(r, std::span(solved.codes).subspan(size_t(r * columns), size_t(columns)),
                           std::span(solved.grids).subspan(size_t(r * groups), size_t(groups)), what);
        return std::make_shared<PackedLinear>(builder.take());
    }

    // For people: how the rows are spread.
    std::string shares() const
    {
        std::map<std::string, std::pair<int64_t, int64_t>> roles;
        for (const auto& [id, high] : chosen_) {
            roles[id.role].first += std::count(high.begin(), high.end(), true);
            roles[id.role].second += int64_t(high.size());
        }
        std::string text = "rows with 8 bits:";
        for (const auto& [role, counts] : roles)
            text += fmt::format(" {} {:.0f}%", role, 100.0 * double(counts.first) / double(counts.second));
        return text;
    }

    const Pipeline& pipeline_;
    const Settings& settings_;
    Workbench& workbench_;
    int lowBits_;
    std::map<LinearId, std::vector<bool>> chosen_;
};

class MixLlm : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            strategyId,
            "quantization",
            "MixLLM",
            "Gives 8 bits to the output rows that move the loss most, ranked over the whole model by their gradients "
            "on a calibration text, and few bits to the others, rounded as GPTQ does. A tenth more bytes for a loss "
            "closer to the original's. Activations stay as they are.",
            "Zheng, Song, Liu, MixLLM, 2024, arXiv:2412.14590",
            {"calibration", "gradients"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                bitsParameter(), groupSizeParameter(),
                Parameter::number("share", "Share with 8 bits", 0.1, 0, 1,
                                  "Share of all output rows that get 8 bits; 0 is GPTQ with few bits, 1 with 8."),
                Parameter::choice(
                    "selection", "Selection", "global", {"global", "per_matrix", "random"},
                    "Rank rows over the whole model, within each matrix, or not at all: the last two are what "
                    "the method is compared with.")
                    .asAdvanced(),
                Parameter::boolean(
                    "compensate", "Correct later columns", true,
                    "Round columns one after another and correct those that follow, as GPTQ does; off, "
                    "weights are rounded to nearest.")
                    .asAdvanced()};
            for (Parameter& parameter : blockSolvingParameters())
                all.push_back(std::move(parameter));
            all.push_back(unevenGroupsParameter());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(info().id, *pipeline.model, int(settings.integer("bits")), settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        return MixRun(pipeline, settings, workbench).run();
    }
};

} // namespace

std::unique_ptr<const Strategy> makeMixllm()
{
    return std::make_unique<MixLlm>();
}

} // namespace paretoscope::quantization
