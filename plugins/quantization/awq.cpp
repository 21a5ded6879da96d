// AWQ: columns that meet large activations are made larger before rounding, so that they lose less.
#include "core/base/error.h"
#include "core/strategy/calibration.h"
#include "core/strategy/strategy.h"
#include "plugins/quantization/awq_block.h"
#include "plugins/quantization/awq_search.h"
#include "plugins/quantization/group_layout.h"

#include <algorithm>
#include <limits>
#include <set>

namespace paretoscope::quantization {

namespace {

constexpr const char* id = "quantization.awq";

// Passes what a block sees on to several.
class Both : public Observer {
public:
    Both(Observer& a, Observer& b) : a_(a), b_(b) {}
    void linearInput(const LinearId& map, ConstMatrixView x) override
    {
        a_.linearInput(map, x);
        b_.linearInput(map, x);
    }

private:
    Observer &a_, &b_;
};

double squaredDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    return sum;
}

// A copy of `model` in which one block is another.
std::shared_ptr<Model> withBlock(const Model& model, int index, std::shared_ptr<const Block> block)
{
    auto result = std::make_shared<Model>(model);
    result->blocks[size_t(index)] = std::move(block);
    return result;
}

// The work on one block: the search looks at the original, the result grows beside it.
class AwqBlock {
public:
    AwqBlock(const Model& model, int index, const Settings& settings, Workbench& workbench, std::set<std::string>& notes)
        : model_(model), index_(index), settings_(settings), workbench_(workbench), notes_(notes),
          original_(*model.blocks[size_t(index)]), result_(std::make_shared<Block>(original_))
    {
    }

    // Returns the block with scales moved, its maps still dense; `walk` stands before it and stays there.
    std::shared_ptr<const Block> run(BlockWalk& walk, InputCovariances& covariances)
    {
        Both both(covariances, magnitudes_);
        walk.look(model_, index_, both, *workbench_.job);
        covariances_ = &covariances;
        std::vector<std::string> left;
        const std::vector<ScaledGroup> groups = scaledGroups(original_, left);
        for (const std::string& what : left) notes_.insert("AWQ: nothing in front of " + what + " can take over a scale");
        BlockWalk after = walk; // where the feed-forward reads, once attention has run
        bool attended = false;
        for (const ScaledGroup& group : groups) {
            if (group.part == ScaledGroup::Part::FeedForward && !attended && !original_.config.parallel && original_.attention.output) {
                after.advance(*withBlock(model_, index_, half(original_, true)), index_, *workbench_.job);
                attended = true;
            }
            const bool feedForward = group.part == ScaledGroup::Part::FeedForward;
            scale(group, feedForward ? after : walk);
        }
        return result_;
    }

    const std::vector<float>* scalesOf(const std::string& role) const
    {
        const auto found = scales_.find(role);
        return found == scales_.end() ? nullptr : &found->second;
    }

    // The covariance of a map's scaled input; empty when no token reached it.
    static std::vector<double> scaledCovariance(const std::vector<double>& covariance, const std::vector<float>* scales)
    {
        std::vector<double> result = covariance;
        if (!scales) return result;
        const size_t n = scales->size();
        for (size_t a = 0; a < n; ++a)
            for (size_t b = 0; b < n; ++b) result[a * n + b] /= double((*scales)[a]) * double((*scales)[b]);
        return result;
    }

private:
    // The block with only its attention, or only what follows it.
    static std::shared_ptr<Block> half(const Block& block, bool attention)
    {
        auto result = std::make_shared<Block>(block);
        if (attention) {
            result->feedForward = {};
            result->moe.reset();
        } else {
            result->attention = {};
        }
        return result;
    }

    AwqGroups groupsFor(const std::string& role, const LinearWeight& weight)
    {
        const int bits = int(settings_.integer("bits"));
        return {bits, groupFor(id, {index_, -1, role}, weight, bits, settings_)};
    }

    std::vector<float> roundedMap(const std::string& role, std::span<const float> scales)
    {
        const LinearWeight& weight = *linearOf(*result_, role).weight; // already divided where it feeds another group
        const std::vector<float> dense = finiteDense(weight, LinearId{index_, -1, role}.text());
        return roundedScaled({dense, weight.outputs(), weight.inputs()}, scales, groupsFor(role, weight));
    }

    double changeOf(const ScaledGroup& group, std::span<const float> scales, BlockWalk& walk, const std::vector<float>& wanted)
    {
        if (group.part == ScaledGroup::Part::Map) {
            const std::string& role = group.readers.front();
            const LinearWeight& weight = *linearOf(*result_, role).weight;
            const std::vector<double>* covariance = covariances_->of({index_, -1, role});
            const std::vector<float> dense = weight.toDense();
            return outputChange(*workbench_.backend, {dense, weight.outputs(), weight.inputs()}, roundedMap(role, scales), *covariance);
        }
        std::shared_ptr<Block> trial = half(original_, group.part == ScaledGroup::Part::Attention);
        for (const std::string& role : group.readers) {
            Linear& map = linearOf(*trial, role);
            map.weight = std::make_shared<DenseLinear>(
                Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, roundedMap(role, scales)));
        }
        return squaredDifference(walk.outputs(*withBlock(model_, index_, trial), index_, *workbench_.job), wanted);
    }

    void scale(const ScaledGroup& group, BlockWalk& walk)
    {
        const InputMagnitudes::Columns* columns = magnitudes_.of({index_, -1, group.readers.front()});
        if (!columns || columns->tokens == 0) return;
        std::vector<double> mean = columns->sum;
        for (double& value : mean) value /= double(columns->tokens);
        std::vector<float> wanted;
        if (group.part != ScaledGroup::Part::Map)
            wanted = walk.outputs(*withBlock(model_, index_, half(original_, group.part == ScaledGroup::Part::Attention)), index_,
                                  *workbench_.job);
        double best = std::numeric_limits<double>::max();
        std::vector<float> chosen;
        for (int step = 0; step < awqGridSteps; ++step) {
            workbench_.job->throwIfCancelled();
            const std::vector<float> scales = awqScales(mean, double(step) / awqGridSteps);
            const double change = changeOf(group, scales, walk, wanted);
            if (change >= best) continue;
            best = change;
            chosen = scales;
        }
        if (chosen.empty()) fail(ErrorCode::BadFile, "{}: block {} gives NaN on the calibration text", id, index_);
        divideInput(*result_, group, chosen);
        for (const std::string& role : group.readers) {
            Linear& map = linearOf(*result_, role);
            std::vector<float> dense = map.weight->toDense();
            for (size_t i = 0; i < dense.size(); ++i) dense[i] *= chosen[i % chosen.size()];
            map.weight = std::make_shared<DenseLinear>(Tensor::fromFloats({map.weight->outputs(), map.weight->inputs()}, dense));
            scales_[role] = chosen;
        }
    }

    const Model& model_;
    int index_;
    const Settings& settings_;
    Workbench& workbench_;
    std::set<std::string>& notes_;
    const Block& original_;
    std::shared_ptr<Block> result_;
    InputMagnitudes magnitudes_;
    const InputCovariances* covariances_ = nullptr;
    std::map<std::string, std::vector<float>> scales_; // by role
};

class Awq : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            id,
            "quantization",
            "AWQ",
            "Enlarges the columns of a matrix that meet large activations before rounding, clips each group where that "
            "helps, and divides what stands before by the same factors. The stored form is that of round-to-nearest: "
            "same bytes, same speed, less loss at 4 and 3 bits. Needs a calibration text.",
            "Lin, Tang, Tang, Yang, Dang, Han, AWQ, 2023, arXiv:2306.00978",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{bitsParameter(), groupSizeParameter(),
                                       Parameter::boolean("clip", "Search clipping", true,
                                                          "Shrink the range of groups where that changes their outputs "
                                                          "less; never for queries and keys.")
                                           .asAdvanced()};
            for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
            all.push_back(unevenGroupsParameter());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireGroups(id, *pipeline.model, int(settings.integer("bits")), settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        const Model& model = *pipeline.model;
        const auto sequences = calibrationSequences(model, settings, workbench, id);
        BlockWalk walk(model, *workbench.backend, sequences);
        Pipeline result = pipeline;
        std::set<std::string> notes;
        auto current = std::make_shared<Model>(model);
        for (size_t b = 0; b < model.blocks.size(); ++b) {
            workbench.job->report(double(b) / double(model.blocks.size()),
                                  fmt::format("AWQ: block {} of {}", b + 1, model.blocks.size()));
            InputCovariances covariances(*workbench.backend);
            AwqBlock block(model, int(b), settings, workbench, notes);
            current->blocks[b] = block.run(walk, covariances);
            current = packed(*current, int(b), block, covariances, settings, notes);
            walk.advance(model, int(b), *workbench.job);
        }
        result.model = current;
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static std::shared_ptr<Model> packed(const Model& model, int index, const AwqBlock& block, const InputCovariances& covariances,
                                         const Settings& settings, std::set<std::string>& notes)
    {
        return withLinears(model, [&](const LinearId& map, const Linear& linear) -> LinearWeightPtr {
            if (map.block != index || !isQuantizable(map)) return linear.weight;
            const int bits = int(settings.integer("bits"));
            const LinearWeight& weight = *linear.weight;
            const AwqGroups groups{bits, groupFor(id, map, weight, bits, settings)};
            noteSmallerGroup(settings, groups.groupSize, weight.inputs(), notes);
            const std::string what = std::string(id) + ": " + map.text();
            std::vector<float> dense = finiteDense(weight, what);
            const std::vector<double>* covariance = covariances.of(map);
            const bool clips = settings.boolean("clip") && map.role != "attention.query" && map.role != "attention.key";
            if (clips && covariance)
                dense = clippedGroups({dense, weight.outputs(), weight.inputs()},
                                      AwqBlock::scaledCovariance(*covariance, block.scalesOf(map.role)), groups);
            return std::make_shared<PackedLinear>(packRawGroups({dense, weight.outputs(), weight.inputs()}, groups, what));
        });
    }
};

} // namespace

std::unique_ptr<const Strategy> makeAwq()
{
    return std::make_unique<Awq>();
}

} // namespace paretoscope::quantization
