// AWQ: inputs are scaled so that the weights that matter most are rounded best; what is stored are
// plain packed groups.
#include "core/base/error.h"
#include "core/strategy/covariances.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/awq_search.h"
#include "plugins/quantization/equivalent_scaling.h"
#include "plugins/quantization/group_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace paretoscope::quantization {

namespace {

// Covariances and mean magnitudes of every map's inputs.
class Statistics : public Observer {
public:
    explicit Statistics(const Backend& backend) : covariances_(backend) {}

    void linearInput(const LinearId& id, ConstMatrixView x) override
    {
        covariances_.linearInput(id, x);
        Magnitudes& sums = magnitudes_[id];
        sums.total.resize(size_t(x.columns));
        sums.rows += x.rows;
        for (int64_t r = 0; r < x.rows; ++r)
            for (int64_t c = 0; c < x.columns; ++c) sums.total[size_t(c)] += std::abs(double(x.row(r)[c]));
    }

    const std::vector<double>* covarianceOf(const LinearId& id) const { return covariances_.of(id); }
    std::vector<double> meansOf(const LinearId& id) const
    {
        const auto found = magnitudes_.find(id);
        if (found == magnitudes_.end()) return {};
        std::vector<double> means = found->second.total;
        for (double& mean : means) mean /= double(found->second.rows);
        return means;
    }

private:
    struct Magnitudes {
        std::vector<double> total;
        int64_t rows = 0;
    };
    InputCovariances covariances_;
    std::map<LinearId, Magnitudes> magnitudes_;
};

// What leaves a block, kept once and then compared with.
class BlockOutputs : public Observer {
public:
    void blockOutput(int, ConstMatrixView y) override
    {
        if (keeping_) {
            for (int64_t r = 0; r < y.rows; ++r) kept_.insert(kept_.end(), y.row(r), y.row(r) + y.columns);
            return;
        }
        for (int64_t r = 0; r < y.rows; ++r)
            for (int64_t c = 0; c < y.columns; ++c) {
                const double difference = double(y.row(r)[c]) - double(kept_[at_++]);
                difference_ += difference * difference;
            }
    }
    void startComparing()
    {
        keeping_ = false;
        at_ = 0;
        difference_ = 0;
    }
    double difference() const { return difference_; }

private:
    std::vector<float> kept_;
    bool keeping_ = true;
    size_t at_ = 0;
    double difference_ = 0;
};

class AwqRun {
public:
    AwqRun(const Pipeline& pipeline, const Settings& settings, Workbench& workbench)
        : pipeline_(pipeline), settings_(settings), workbench_(workbench), bits_(int(settings.integer("bits"))),
          sequences_(calibrationSequences(*pipeline.model, settings, workbench, "quantization.awq")),
          searched_(sequences_.begin(), sequences_.begin() + std::min(std::ptrdiff_t(sequences_.size()),
                                                                      std::ptrdiff_t(settings.integer("search_samples"))))
    {
    }

    Pipeline run()
    {
        const Model& model = *pipeline_.model;
        BlockWalk walk(model, *workbench_.backend, sequences_), search(model, *workbench_.backend, searched_);
        auto made = std::make_shared<Model>(model);
        for (size_t b = 0; b < model.blocks.size(); ++b) {
            done_ = double(b) / double(model.blocks.size());
            report(fmt::format("block {} of {}", b + 1, model.blocks.size()));
            Statistics statistics(*workbench_.backend);
            walk.look(model, int(b), statistics, *workbench_.job);
            made->blocks[b] = scaledBlock(int(b), statistics, search);
            made = quantizedBlock(*made, int(b), statistics);
            walk.advance(model, int(b), *workbench_.job);
            search.advance(model, int(b), *workbench_.job);
        }
        Pipeline result = pipeline_;
        result.model = std::move(made);
        notes_.insert(fmt::format("{} of {} inputs that can be scaled were", scaledInputs_, inputs_));
        for (const std::string& note : notes_) result.notes.push_back(note);
        return result;
    }

private:
    void report(const std::string& what) { workbench_.job->report(done_, "AWQ: " + what); }

    int64_t groupOf(const LinearId& id, const LinearWeight& weight) const
    {
        return groupFor("quantization.awq", id, weight, bits_, settings_);
    }

    std::shared_ptr<const Block> scaledBlock(int b, const Statistics& statistics, BlockWalk& search)
    {
        const auto& original = pipeline_.model->blocks[size_t(b)];
        auto block = std::make_shared<Block>(*original);
        scales_.clear();
        for (const ScalingGroup& group : scalingGroups(*original, b, notes_)) {
            report("scales of " + group.readers.front().text());
            ++inputs_;
            const std::vector<float> scales = bestScales(*original, group, statistics, search);
            if (scales.empty()) continue;
            ++scaledInputs_;
            foldScales(*block, group, scales);
            for (const LinearId& reader : group.readers) scales_[reader] = scales;
        }
        return block;
    }

    // The scales of the exponent with the smallest loss; empty for 0, which scales nothing.
    std::vector<float> bestScales(const Block& original, const ScalingGroup& group, const Statistics& statistics,
                                  BlockWalk& search)
    {
        const std::vector<double> means = statistics.meansOf(group.readers.front());
        if (means.empty()) return {}; // no token reached this expert
        Block block = original;
        std::vector<std::vector<float>> dense;
        for (const LinearId& id : group.readers) dense.push_back(finiteDense(*findLinear(block, id)->weight, "quantization.awq: " + id.text()));
        if (!group.wholeBlock && group.attention) { // the attention alone
            block.feedForward = {};
            block.moe.reset();
        }
        const bool byOutputs = group.source != ScalingGroup::Source::Map;
        BlockOutputs outputs;
        if (byOutputs) lookAt(block, group.readers.front().block, search, outputs);
        double best = HUGE_VAL;
        std::vector<float> result;
        const int64_t steps = settings_.integer("scale_steps");
        for (int64_t i = 0; i < steps; ++i) {
            workbench_.job->throwIfCancelled();
            const std::vector<float> scales = scalesOf(means, double(i) / double(steps));
            const double loss = byOutputs ? lossOfOutputs(block, group, dense, scales, search, outputs)
                                          : lossOfMap(*findLinear(block, group.readers[0])->weight, group.readers[0],
                                                      dense[0], scales, *statistics.covarianceOf(group.readers[0]));
            if (!(loss < best)) continue;
            best = loss;
            result = i == 0 ? std::vector<float>() : scales;
        }
        return result;
    }

    double lossOfMap(const LinearWeight& weight, const LinearId& id, const std::vector<float>& dense,
                     const std::vector<float>& scales, const std::vector<double>& covariance) const
    {
        const std::vector<float> rounded = roundedUnderScales(dense, scales, groupOf(id, weight), bits_);
        return outputLoss(*workbench_.backend, dense, rounded, covariance, weight.inputs());
    }

    double lossOfOutputs(const Block& original, const ScalingGroup& group, const std::vector<std::vector<float>>& dense,
                         const std::vector<float>& scales, BlockWalk& search, BlockOutputs& outputs) const
    {
        Block block = original;
        for (size_t i = 0; i < dense.size(); ++i) {
            Linear& map = *findLinear(block, group.readers[i]);
            const std::vector<float> rounded =
                roundedUnderScales(dense[i], scales, groupOf(group.readers[i], *map.weight), bits_);
            map.weight =
                std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, rounded));
        }
        outputs.startComparing();
        lookAt(block, group.readers.front().block, search, outputs);
        return outputs.difference();
    }

    void lookAt(const Block& block, int index, BlockWalk& search, Observer& observer) const
    {
        Model model = *pipeline_.model;
        model.blocks[size_t(index)] = std::make_shared<Block>(block);
        search.look(model, index, observer, *workbench_.job);
    }

    std::shared_ptr<Model> quantizedBlock(const Model& model, int b, const Statistics& statistics)
    {
        return withLinears(model, [&](const LinearId& id, const Linear& linear) {
            if (id.block != b || !isQuantizable(id)) return linear.weight;
            report(id.text());
            return quantized(id, *linear.weight, statistics.covarianceOf(id));
        });
    }

    LinearWeightPtr quantized(const LinearId& id, const LinearWeight& weight, const std::vector<double>* covariance)
    {
        const std::string what = "quantization.awq: " + id.text();
        const int64_t group = groupOf(id, weight);
        noteSmallerGroup(settings_, group, weight.inputs(), notes_);
        std::vector<float> dense = finiteDense(weight, what);
        // Products of queries and keys are too sensitive for clipping.
        const bool clipped = settings_.boolean("clip_search") && !id.role.starts_with("attention.query") &&
                             id.role != "attention.key";
        if (!covariance) notes_.insert("no token of the calibration text reached some experts, which are rounded to nearest");
        if (covariance && clipped) {
            const auto scaled = scales_.find(id);
            const std::vector<double> inputs =
                scaled == scales_.end() ? *covariance : scaledCovariance(*covariance, scaled->second);
            clipInPlace(dense, group, bestClips(*workbench_.backend, dense, weight.inputs(), inputs, group, bits_, {}));
        }
        return std::make_shared<PackedLinear>(
            packOnRanges(dense, weight.outputs(), weight.inputs(), group, bits_, what));
    }

    const Pipeline& pipeline_;
    const Settings& settings_;
    Workbench& workbench_;
    int bits_;
    std::vector<std::vector<int32_t>> sequences_, searched_;
    std::map<LinearId, std::vector<float>> scales_; // of the block at hand
    std::set<std::string> notes_;
    double done_ = 0;
    int64_t inputs_ = 0, scaledInputs_ = 0;
};

class Awq : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.awq",
            "quantization",
            "AWQ",
            "Scales the inputs of each matrix so that the weights that meet large activations are rounded best, folds "
            "the scales into the norms and maps before it, and clips each group where that helps. The same bytes and "
            "speed as round-to-nearest; looks at a calibration text but hardly fits to it.",
            "Lin, Tang, Tang, Yang, Chen, Wang, Xiao, Dang, Gan, Han, AWQ, 2023, arXiv:2306.00978",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                bitsParameter(), groupSizeParameter(),
                Parameter::boolean("clip_search", "Search clipping", true,
                                   "Shrink each group's range where that lowers the error of the outputs."),
                Parameter::integer("scale_steps", "Steps of the scale search", 20, 1, 1000,
                                   "Exponents from 0 to 1 of the inputs' mean size that are tried as scales; 1 scales "
                                   "nothing.")
                    .asAdvanced(),
                Parameter::integer("search_samples", "Samples of the scale search", 16, 1, 1 << 16,
                                   "Calibration samples, at most, on which the scales of attention and feed-forward inputs are "
                                   "compared. More take longer.")
                    .asAdvanced()};
            for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
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
        return AwqRun(pipeline, settings, workbench).run();
    }
};

} // namespace

std::unique_ptr<const Strategy> makeAwq()
{
    return std::make_unique<Awq>();
}

} // namespace paretoscope::quantization
