// Ternary weights: -1, 0 or 1 times the mean magnitude.
#include "core/base/error.h"
#include "plugins/quantization/block_solving.h"
#include "plugins/quantization/column_solver.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/ternary_quantizer.h"

#include <set>

namespace paretoscope::quantization {

namespace {

constexpr int bits = 2;

// The nearest trit of scales that are fixed beforehand.
class TernaryRule : public ColumnRule {
public:
    explicit TernaryRule(TernaryMatrix& matrix) : matrix_(matrix) {}

    void prepare(int64_t, int64_t, const float*) override {}
    double decide(int64_t row, int64_t column, double value) override
    {
        const auto at = size_t(row * matrix_.columns + column);
        const auto scale = double(matrix_.scales[at / size_t(matrix_.groupSize)]);
        matrix_.trits[at] = int8_t(nearestTrit(value, scale));
        return scale * double(matrix_.trits[at]);
    }

private:
    TernaryMatrix& matrix_;
};

class Ternary : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.ternary",
            "quantization",
            "Ternary (BitNet b1.58)",
            "Keeps of each weight only whether it is -1, 0 or 1 times the mean magnitude of its group: about two "
            "bits a weight. Meant for models that were trained this way; a model that was not loses much of what it "
            "knows.",
            "Ma, Wang, Ma, Wang, Wang, Huang, Dong, Wang, Xue, Wei, The Era of 1-bit LLMs, 2024, arXiv:2402.17764",
            {}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::integer(
                    "group_size", "Group size", -1, -1, 1 << 16,
                    "Weights of a row that share one mean magnitude; -1 takes one for the whole matrix, as "
                    "BitNet does. Smaller groups lose less.")
                    .withUnit("weights")
                    .withAllowed({-1, 32, 64, 128, 256}),
                Parameter::choice(
                    "storage", "Storage", "packed", {"packed", "TQ2_0", "TQ1_0"},
                    "Two bits a weight and a scale for each group of a row, or GGUF's ternary blocks of 256 "
                    "weights: TQ2_0 with two bits, TQ1_0 with five weights in a byte. Blocks need groups of "
                    "256 or the whole matrix; where they do not divide a row, it is packed."),
                Parameter::choice(
                    "scale", "Scale", "absmean", {"absmean", "least_squares"},
                    "The mean magnitude, which trained models expect, or the scale that loses least of the "
                    "weights, which is better for models that were not trained for it."),
                Parameter::boolean(
                    "compensate", "Correct later columns", false,
                    "Round columns one after another and correct those that follow on a calibration text, "
                    "as GPTQ does. Wants least-squares scales: the mean magnitude cuts off what the "
                    "corrections add.")};
            for (Parameter& parameter : blockSolvingParameters())
                all.push_back(std::move(parameter));
            all.push_back(unevenGroupsParameter());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(info().id, *pipeline.model, bits, settings);
        const int64_t group = settings.integer("group_size");
        if (settings.text("storage") != "packed" && group > 0 && group % 256 != 0)
            fail(ErrorCode::BadUsage, "{}: {} has one scale for 256 weights, so 'group_size' must be 256 or -1, not {}",
                 info().id, settings.text("storage"), group);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        if (settings.boolean("compensate"))
            return solveBlockwise(pipeline, settings, workbench, info().id, "ternary",
                                  [&](const LinearId& id, const LinearWeight& weight,
                                      const std::vector<double>* covariance, std::set<std::string>& notes) {
                                      return ternary(id, weight, covariance, settings, workbench, notes);
                                  });
        Pipeline result = pipeline;
        std::set<std::string> notes;
        const auto blocks = double(pipeline.model->blocks.size());
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(double(id.block) / blocks, "ternary: " + id.text());
            workbench.job->throwIfCancelled();
            return ternary(id, *linear.weight, nullptr, settings, workbench, notes);
        });
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static LinearWeightPtr ternary(const LinearId& id, const LinearWeight& weight,
                                   const std::vector<double>* covariance, const Settings& settings,
                                   const Workbench& workbench, std::set<std::string>& notes)
    {
        const std::string what = "quantization.ternary: " + id.text();
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        const int64_t group = groupFor("quantization.ternary", id, weight, bits, settings);
        noteSmallerGroup(settings, group, columns, notes);
        const std::vector<float> dense = finiteDense(weight, what);
        TernaryMatrix made =
            roundToTernary(dense, rows, columns, group, settings.integer("group_size") < 0,
                           settings.text("scale") == "absmean" ? TernaryScale::Absmean : TernaryScale::LeastSquares);
        if (covariance) {
            constexpr double damping = 0.01;
            TernaryRule rule(made);
            solveColumns(*workbench.backend, dense, rows, columns, *covariance, {false, damping, 128, 128}, rule, what);
        } else if (settings.boolean("compensate")) {
            notes.insert("no token of the calibration text reached some experts, which are rounded to nearest");
        }
        const std::string storage = settings.text("storage");
        if (storage == "packed") return packedTernary(made, what);
        if (columns % 256 == 0) return ternaryBlocks(made, *blockFormatByName(storage), what);
        notes.insert(fmt::format("packed where a block of {} does not divide {} inputs", storage, columns));
        return packedTernary(made, what);
    }
};

} // namespace

std::unique_ptr<const Strategy> makeTernary()
{
    return std::make_unique<Ternary>();
}

} // namespace paretoscope::quantization
