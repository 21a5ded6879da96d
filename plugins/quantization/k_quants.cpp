// GGML's block types and the mixes of them that llama.cpp ships models in, with an importance matrix.
#include "core/base/error.h"
#include "core/strategy/strategy.h"
#include "core/tensor/block_encoding.h"
#include "plugins/quantization/block_mix.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/input_importance.h"

#include <optional>
#include <set>

namespace paretoscope::quantization {

namespace {

const std::string strategyId = "quantization.k_quants";

class KQuantsRun {
public:
    KQuantsRun(const Pipeline& pipeline, const Settings& settings, Workbench& workbench)
        : pipeline_(pipeline), settings_(settings), workbench_(workbench),
          mix_(settings.text("type"), settings.boolean("pure"), settings.boolean("importance"), *pipeline.model)
    {
    }

    Pipeline run()
    {
        const Model& model = *pipeline_.model;
        if (settings_.boolean("importance"))
            importance_.emplace(model, calibrationSequences(model, settings_, workbench_, strategyId), workbench_,
                                "k-quants");
        const double blocks = double(model.blocks.size());
        auto made = withLinears(model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            if (!isQuantizable(id)) return linear.weight;
            workbench_.job->report(0.5 + 0.4 * double(id.block) / blocks, "k-quants: " + id.text());
            workbench_.job->throwIfCancelled();
            return encoded(id, linear.weight, mix_.typeOf(id));
        });
        if (settings_.boolean("embeddings")) encodeFrame(*made);
        Pipeline result = pipeline_;
        result.model = std::move(made);
        for (const std::string& note : notes_) result.notes.push_back(note);
        return result;
    }

private:
    LinearWeightPtr encoded(const LinearId& id, const LinearWeightPtr& weight, const BlockFormat& wished)
    {
        const BlockFormat* type = fittingType(wished, weight->inputs());
        if (!type) {
            notes_.insert(
                fmt::format("matrices of {} inputs stay as they are: no block type divides them", weight->inputs()));
            return weight;
        }
        if (type != &wished)
            notes_.insert(fmt::format("{} where a block of {} does not divide {} inputs", type->name, wished.name,
                                      weight->inputs()));
        std::vector<float> importance;
        if (importance_) {
            importance = importance_->of(id);
            if (importance.empty() && id.block >= 0)
                notes_.insert("no token of the calibration text reached some experts, whose weights count alike");
        }
        const std::string what = strategyId + ": " + id.text();
        const std::vector<float> dense = finiteDense(*weight, what);
        return std::make_shared<BlockLinear>(
            encodeBlocks(*type, dense, weight->outputs(), weight->inputs(), importance, what));
    }

    // The embedding and, where it is a matrix of its own, the head.
    void encodeFrame(Model& model)
    {
        workbench_.job->report(0.9, "k-quants: embedding and head");
        const LinearId head{-1, -1, "output"};
        if (model.output && model.output.weight->kind() == "dense")
            model.output.weight = encoded(head, model.output.weight, mix_.typeOfHead());
        if (model.embedding.empty()) return;
        const bool tied = !model.output && model.config.languageHead;
        const auto table = std::make_shared<DenseLinear>(model.embedding);
        LinearWeightPtr map = tied ? encoded(head, table, mix_.typeOfHead())
                                   : encoded({-1, -1, "embedding"}, table, mix_.typeOfEmbedding());
        if (map == table) return;
        model.embedding = {};
        model.embeddingMap.weight = std::move(map);
    }

    const Pipeline& pipeline_;
    const Settings& settings_;
    Workbench& workbench_;
    BlockMix mix_;
    std::optional<InputImportance> importance_;
    std::set<std::string> notes_;
};

class KQuants : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            strategyId,
            "quantization",
            "k-quants (GGUF blocks)",
            "Stores matrices as the blocks of GGUF files, each kind of matrix with the block type that llama.cpp's "
            "mixes give it. Scales are searched so that weights with large inputs are rounded best. Exported to "
            "GGUF, the file holds the same bytes; quick, and the most widely run format.",
            "ggml-org, llama.cpp, k-quants (2023) and importance matrix (2024), github.com/ggml-org/llama.cpp",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::choice(
                    "type", "Type", "Q4_K_M", blockMixNames(),
                    "The mix of block types, by llama.cpp's names: Q2_K is the smallest of the K mixes and "
                    "Q6_K the best; S, M and L spend less or more on values and down projections."),
                Parameter::boolean(
                    "importance", "Importance matrix", true,
                    "Weight errors by the mean square of the inputs on the calibration text; matters most "
                    "at 3 bits and below. Without it no text is read."),
                Parameter::boolean(
                    "embeddings", "Embedding and head", true,
                    "Also store the embedding and the output head as blocks, as llama.cpp does; off, they "
                    "keep their numbers, as under the other methods here."),
                Parameter::boolean("pure", "One type only", false,
                                   "Give every matrix the type that the mix is named after.")
                    .asAdvanced()};
            for (Parameter& parameter : calibrationParameters())
                all.push_back(std::move(parameter).asAdvanced());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings&) const override
    {
        requireDense(info().id, *pipeline.model);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        return KQuantsRun(pipeline, settings, workbench).run();
    }
};

} // namespace

std::unique_ptr<const Strategy> makeKQuants()
{
    return std::make_unique<KQuants>();
}

} // namespace paretoscope::quantization
