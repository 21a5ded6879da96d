// SmoothQuant: eight-bit weights and activations, after outliers were moved from the activations into
// the weights.
#include "core/base/error.h"
#include "core/model/int8_linear.h"
#include "core/model/rotated_linear.h"
#include "core/strategy/calibration.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/affine_quantizer.h"
#include "plugins/quantization/equivalent_scaling.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/smoothing.h"

#include <fmt/format.h>
#include <map>
#include <set>

namespace paretoscope::quantization {

namespace {

// The largest magnitude of each channel that a map reads.
class InputMaxima : public Observer {
public:
    void linearInput(const LinearId& id, ConstMatrixView x) override
    {
        std::vector<float>& maxima = maxima_[id];
        maxima.resize(size_t(x.columns));
        for (int64_t r = 0; r < x.rows; ++r) raiseColumnMaxima(x.rowSpan(r), maxima);
    }
    const std::vector<float>* of(const LinearId& id) const
    {
        const auto found = maxima_.find(id);
        return found == maxima_.end() ? nullptr : &found->second;
    }

private:
    std::map<LinearId, std::vector<float>> maxima_;
};

class SmoothQuant : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.smoothquant",
            "quantization",
            "SmoothQuant (W8A8)",
            "Stores weights in 8 bits and multiplies them with activations that are rounded to 8 bits as well, token by "
            "token; large activation channels are first moved into the weights. Half the bytes and a faster prefill, "
            "with hardly any loss.",
            "Xiao, Lin, Seznec, Wu, Demouth, Han, SmoothQuant, 2022, arXiv:2211.10438",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::number("strength", "Migration strength", 0.5, 0, 1,
                                  "How much of a channel's size moves from the activations into the weights: 0 evens "
                                  "the weights out, 1 the activations. 0.5 suits most models, 0.8 to 0.9 those with "
                                  "large outliers."),
                Parameter::boolean("smoothing", "Smooth", true,
                                   "Without it, plain 8-bit weights and activations: what the method is compared with."),
                Parameter::integer("bits", "Bits", 8, 4, 8,
                                   "Width of weights and activations. The method is made for 8.")
                    .withUnit("bit")
                    .withAllowed({4, 5, 6, 7, 8})
                    .asAdvanced()};
            for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        forEachLinear(*pipeline.model, [&](const LinearId& id, const Linear& linear) {
            if (!isQuantizable(id)) return;
            const std::string what = info().id + ": " + id.text();
            if (linear.weight->kind() != "dense")
                fail(ErrorCode::Unsupported, "{} is already compressed ({})", what, linear.weight->description());
            if (linear.weight->inputs() * settings.integer("bits") % 8 != 0)
                fail(ErrorCode::Unsupported, "{}: {} inputs of {} bits do not end on a byte", what, linear.weight->inputs(),
                     settings.integer("bits"));
            if (linear.weight->inputs() > Int8Linear::mostInputs)
                fail(ErrorCode::Unsupported, "{} has {} inputs, and 32-bit sums hold at most {}", what,
                     linear.weight->inputs(), Int8Linear::mostInputs);
        });
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        Pipeline result = pipeline;
        std::set<std::string> notes;
        const std::shared_ptr<const Model> smooth =
            settings.boolean("smoothing") ? smoothed(*pipeline.model, settings, workbench, notes) : pipeline.model;
        const size_t blocks = smooth->blocks.size();
        result.model = withLinears(*smooth, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            if (!isQuantizable(id)) return linear.weight;
            workbench.job->report(0.8 + 0.2 * double(id.block) / double(blocks), "SmoothQuant: " + id.text());
            return rounded(*linear.weight, int(settings.integer("bits")), info().id + ": " + id.text());
        });
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static LinearWeightPtr rounded(const LinearWeight& weight, int bits, const std::string& what)
    {
        const std::vector<float> dense = finiteDense(weight, what);
        const int64_t rows = weight.outputs(), columns = weight.inputs();
        if (bits == 8) return std::make_shared<Int8Linear>(eightBitRows(dense, rows, columns, what));
        return std::make_shared<IntegerLinear>(quantizeToNearest(dense, rows, columns, columns, {bits, true, false}, what),
                                               ActivationRounding{bits, 1});
    }

    // The same function with evener activations behind the norms.
    static std::shared_ptr<const Model> smoothed(const Model& model, const Settings& settings, Workbench& workbench,
                                                 std::set<std::string>& notes)
    {
        const auto sequences = calibrationSequences(model, settings, workbench, "quantization.smoothquant");
        BlockWalk walk(model, *workbench.backend, sequences);
        auto result = std::make_shared<Model>(model);
        for (size_t b = 0; b < model.blocks.size(); ++b) {
            workbench.job->report(0.8 * double(b) / double(model.blocks.size()),
                                  fmt::format("SmoothQuant: block {} of {}", b + 1, model.blocks.size()));
            InputMaxima maxima;
            walk.look(model, int(b), maxima, *workbench.job);
            auto block = std::make_shared<Block>(*model.blocks[b]);
            std::set<std::string> reasons;
            bool any = false;
            for (const ScalingGroup& group : scalingGroups(*block, int(b), reasons)) {
                const std::vector<float>* activations = maxima.of(group.readers.front());
                if (group.source == ScalingGroup::Source::Map || !activations) continue;
                smooth(*block, group, *activations, settings.number("strength"));
                any = true;
            }
            if (!any) notes.insert("some blocks have no norm that can take the scales and stay as they are");
            result->blocks[b] = std::move(block);
            walk.advance(model, int(b), *workbench.job);
        }
        return result;
    }

    static void smooth(Block& block, const ScalingGroup& group, std::span<const float> activations, double strength)
    {
        std::vector<float> weights(activations.size());
        for (const LinearId& id : group.readers)
            raiseColumnMaxima(finiteDense(*findLinear(block, id)->weight, "quantization.smoothquant: " + id.text()), weights);
        foldScales(block, group, smoothingScales(activations, weights, strength));
    }
};

} // namespace

std::unique_ptr<const Strategy> makeSmoothquant()
{
    return std::make_unique<SmoothQuant>();
}

} // namespace paretoscope::quantization
