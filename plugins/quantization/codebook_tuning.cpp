#include "plugins/quantization/codebook_tuning.h"

#include "core/autograd/tape.h"
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/random.h"
#include "core/inference/transformer.h"
#include "core/model/codebook_linear.h"
#include "core/training/losses.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace paretoscope::quantization {

namespace {

void requireGradients(const Model& model)
{
    for (const auto& block : model.blocks) {
        if (block->moe) fail(ErrorCode::Unsupported, "no gradient flows through mixtures of experts");
        if (block->config.mla.kvRank > 0) fail(ErrorCode::Unsupported, "no gradient flows through latent attention");
    }
}

Tensor copyOf(const Tensor& tensor)
{
    return Tensor::fromFloats(tensor.shape(), tensor.toFloats());
}

float asStored(float value)
{
    return halfToFloat(floatToHalf(value));
}

} // namespace

TunableCodebooks::TunableCodebooks(const Model& model, std::optional<int> block, double learningRate)
    : model_(std::make_shared<Model>(model)), block_(block)
{
    requireGradients(model);
    model_ = withLinears(model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
        const auto* map = dynamic_cast<const CodebookLinear*>(linear.weight.get());
        if (!map || (block_ && id.block != *block_)) return linear.weight;
        Map tuned{id, CodebookFit::of(map->matrix()), {}, maps_.size(), {}, {}, {}};
        tuned.dense = Tensor::fromFloats({map->outputs(), map->inputs()}, tuned.fit.dense());
        tuned.codebooks = Tensor::fromFloats({int64_t(tuned.fit.codebooks.size())}, tuned.fit.codebooks);
        tuned.firstScales = tuned.fit.scales;
        tuned.scaleFactors = Tensor::fromFloats({tuned.fit.rows}, std::vector<float>(size_t(tuned.fit.rows), 1.0f));
        maps_.push_back(std::move(tuned));
        return std::make_shared<DenseLinear>(maps_.back().dense);
    });
    for (size_t b = 0; b < model_->blocks.size(); ++b) {
        if (block_ && int(b) != *block_) continue;
        auto copy = std::make_shared<Block>(*model_->blocks[b]);
        own(copy->attentionNorm);
        own(copy->feedForwardNorm);
        model_->blocks[b] = std::move(copy);
    }
    if (!block_) {
        own(model_->finalNorm);
        if (!model_->embedding.empty()) model_->embedding = copyOf(model_->embedding);
    }
    std::vector<Tensor> dense, numbers;
    for (const Map& map : maps_) {
        dense.push_back(map.dense);
        numbers.push_back(map.codebooks);
        numbers.push_back(map.scaleFactors);
    }
    dense.insert(dense.end(), norms_.begin(), norms_.end());
    numbers.insert(numbers.end(), norms_.begin(), norms_.end());
    gradients_ = std::make_unique<Gradients>(dense);
    stored_ = std::make_unique<Gradients>(numbers);
    AdamWSettings settings;
    settings.learningRate = learningRate;
    settings.weightDecay = 0;
    optimizer_ = std::make_unique<AdamW>(numbers, settings);
}

void TunableCodebooks::own(std::optional<NormParameters>& norm)
{
    if (!norm || norm->weight.empty()) return;
    norm->weight = copyOf(norm->weight);
    norms_.push_back(norm->weight);
}

void TunableCodebooks::step(double rateShare)
{
    for (size_t i = 0; i < maps_.size(); ++i) {
        Map& map = maps_[i];
        const CodebookGradient gradient = gradientOf(map.fit, gradients_->at(map.gradient));
        std::copy(gradient.codebooks.begin(), gradient.codebooks.end(), stored_->at(2 * i).begin());
        for (size_t r = 0; r < gradient.scales.size(); ++r)
            stored_->at(2 * i + 1)[r] = gradient.scales[r] * map.firstScales[r];
    }
    for (size_t n = 0; n < norms_.size(); ++n) {
        const std::span<const float> from = std::as_const(*gradients_).at(maps_.size() + n);
        std::copy(from.begin(), from.end(), stored_->at(2 * maps_.size() + n).begin());
    }
    clipGradients(*stored_, 1);
    optimizer_->step(*stored_, rateShare);
    for (Map& map : maps_) refresh(map);
}

void TunableCodebooks::refresh(Map& map)
{
    const std::span<const float> books = map.codebooks.view<float>(), factors = map.scaleFactors.view<float>();
    std::transform(books.begin(), books.end(), map.fit.codebooks.begin(), asStored);
    for (size_t r = 0; r < factors.size(); ++r) map.fit.scales[r] = asStored(factors[r] * map.firstScales[r]);
    const std::vector<float> dense = map.fit.dense();
    std::copy(dense.begin(), dense.end(), map.dense.fill<float>().begin());
}

std::shared_ptr<const Model> TunableCodebooks::stored(const Model& model) const
{
    std::map<LinearId, const Map*> byId;
    for (const Map& map : maps_) byId[map.id] = &map;
    auto result = withLinears(model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
        const auto found = byId.find(id);
        if (found == byId.end()) return linear.weight;
        return std::make_shared<CodebookLinear>(found->second->fit.stored(id.text()));
    });
    const auto take = [](std::optional<NormParameters>& to, const std::optional<NormParameters>& from) {
        if (to && !to->weight.empty()) to->weight = copyOf(from->weight);
    };
    for (size_t b = 0; b < result->blocks.size(); ++b) {
        if (block_ && int(b) != *block_) continue;
        auto copy = std::make_shared<Block>(*result->blocks[b]);
        take(copy->attentionNorm, model_->blocks[b]->attentionNorm);
        take(copy->feedForwardNorm, model_->blocks[b]->feedForwardNorm);
        result->blocks[b] = std::move(copy);
    }
    if (!block_) take(result->finalNorm, model_->finalNorm);
    return result;
}

namespace {

// Batches of whole sequences through one block.
class BlockPasses {
public:
    BlockPasses(int block, const std::vector<std::vector<int32_t>>& sequences, ConstMatrixView inputs, const Backend& backend)
        : block_(block), sequences_(sequences), inputs_(inputs), backend_(backend)
    {
        int64_t row = 0;
        for (const auto& sequence : sequences) {
            firstRows_.push_back(row);
            row += int64_t(sequence.size());
        }
    }

    // What `model` makes of all sequences [tokens, D].
    std::vector<float> outputs(const Model& model, JobContext& job)
    {
        std::vector<float> result(size_t(inputs_.rows * inputs_.columns));
        for (size_t s = 0; s < sequences_.size(); ++s) {
            job.throwIfCancelled();
            scratch_.reset();
            EagerOperations operations(backend_, scratch_);
            const Value y = run(model, operations, {&s, 1});
            std::copy_n(y.view.data, y.rows() * y.columns(), result.begin() + firstRows_[s] * inputs_.columns);
        }
        return result;
    }

    // Adds the gradient of the mean square difference from the targets; returns it.
    double addGradients(TunableCodebooks& tuned, std::span<const size_t> chosen, const std::vector<float>& targets)
    {
        scratch_.reset();
        TapeOperations tape(backend_, scratch_, tuned.gradients());
        const Value y = run(tuned.model(), tape, chosen);
        std::vector<float> wanted;
        for (const size_t s : chosen) {
            const auto begin = targets.begin() + firstRows_[s] * inputs_.columns;
            wanted.insert(wanted.end(), begin, begin + int64_t(sequences_[s].size()) * inputs_.columns);
        }
        const double loss = meanSquare(tape, y, {wanted.data(), y.rows(), y.columns()});
        tape.backward();
        return loss;
    }

private:
    Value run(const Model& model, Operations& operations, std::span<const size_t> chosen)
    {
        std::vector<SequenceStep> steps;
        caches_.clear();
        caches_.reserve(chosen.size());
        int64_t rows = 0;
        for (const size_t s : chosen) {
            caches_.push_back(makeCache(model));
            steps.push_back({sequences_[s], 0, &caches_.back(), 0, {}});
            rows += int64_t(sequences_[s].size());
        }
        const MatrixView x = scratch_.matrix(rows, inputs_.columns); // operations overwrite it
        int64_t row = 0;
        for (const size_t s : chosen)
            for (size_t i = 0; i < sequences_[s].size(); ++i, ++row)
                std::copy_n(inputs_.row(firstRows_[s] + int64_t(i)), inputs_.columns, x.row(row));
        return runBlock(model, operations, scratch_, memory_, steps, block_, {x});
    }

    int block_;
    const std::vector<std::vector<int32_t>>& sequences_;
    ConstMatrixView inputs_;
    const Backend& backend_;
    std::vector<int64_t> firstRows_;
    Scratch scratch_;
    PassMemory memory_;
    std::vector<KvCache> caches_; // a tape reads them until it ran back
};

double meanSquareOf(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    return sum / double(a.size());
}

} // namespace

std::shared_ptr<const Model> tunedBlock(const Model& current, const Model& original, int block,
                                        const std::vector<std::vector<int32_t>>& sequences, ConstMatrixView inputs,
                                        const BlockTuning& settings, const Backend& backend, JobContext& job)
{
    BlockPasses passes(block, sequences, inputs, backend);
    const std::vector<float> targets = passes.outputs(original, job);
    TunableCodebooks tuned(current, block, settings.learningRate);
    std::shared_ptr<const Model> best = std::make_shared<Model>(current);
    double least = meanSquareOf(passes.outputs(current, job), targets);
    std::vector<size_t> order(sequences.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto perStep = size_t(settings.sequencesOfStep);
    for (int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
        Random random(settings.seed, "block tuning", uint64_t(epoch));
        for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
        for (size_t begin = 0; begin < order.size(); begin += perStep) {
            job.throwIfCancelled();
            passes.addGradients(tuned, std::span(order).subspan(begin, std::min(perStep, order.size() - begin)), targets);
            tuned.step(1 - double(epoch) / double(settings.epochs));
            tuned.gradients().clear();
        }
        const double loss = meanSquareOf(passes.outputs(tuned.model(), job), targets);
        if (loss >= least) continue;
        least = loss;
        best = tuned.stored(current);
    }
    return best;
}

} // namespace paretoscope::quantization
