#include "core/training/trainable_model.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>
#include <cmath>


namespace paretoscope {

namespace {

Tensor floatCopy(const Tensor& tensor)
{
    return Tensor::fromFloats(tensor.shape(), tensor.toFloats());
}

void requireTrainable(const Block& block)
{
    if (block.moe) fail(ErrorCode::Unsupported, "mixtures of experts cannot be trained");
    if (block.config.mla.kvRank > 0) fail(ErrorCode::Unsupported, "latent attention cannot be trained");
}

} // namespace

TrainableModel::TrainableModel(const Model& start) : model_(std::make_shared<Model>(start))
{
    if (model_->embeddingMap)
        model_->embedding = Tensor::fromFloats({start.config.vocabulary, start.config.hidden},
                                               start.embeddingMap.weight->LinearWeight::toDense());
    model_->embeddingMap = {};
    model_->embedding = own("embedding", model_->embedding);
    if (!model_->positionEmbedding.empty())
        model_->positionEmbedding = own("position_embedding", model_->positionEmbedding);
    if (!model_->tokenTypeEmbedding.empty())
        model_->tokenTypeEmbedding = own("token_type_embedding", model_->tokenTypeEmbedding);
    model_->embeddingProjection = own("embedding_projection", model_->embeddingProjection);
    own("embedding_norm", model_->embeddingNorm);
    for (size_t i = 0; i < model_->blocks.size(); ++i) model_->blocks[i] = own(int(i), *start.blocks[i]);
    own("final_norm", model_->finalNorm);
    model_->outputProjection = own("output_projection", model_->outputProjection);
    model_->output = own("output", model_->output);
}

Tensor TrainableModel::own(const std::string& name, const Tensor& tensor)
{
    if (tensor.empty()) return {};
    parameters_.push_back(floatCopy(tensor));
    names_.push_back(name);
    return parameters_.back();
}

Linear TrainableModel::own(const std::string& name, const Linear& linear)
{
    if (!linear) return {};
    const LinearWeight& weight = *linear.weight;
    parameters_.push_back(Tensor::fromFloats({weight.outputs(), weight.inputs()}, weight.LinearWeight::toDense()));
    names_.push_back(name);
    const Tensor matrix = parameters_.back();
    return {std::make_shared<DenseLinear>(matrix), own(name + ".bias", linear.bias)};
}

void TrainableModel::own(const std::string& name, std::optional<NormParameters>& norm)
{
    if (!norm) return;
    norm->weight = own(name + ".weight", norm->weight);
    norm->bias = own(name + ".bias", norm->bias);
}

std::shared_ptr<const Block> TrainableModel::own(int index, const Block& block)
{
    requireTrainable(block);
    const std::string prefix = fmt::format("blocks.{}.", index);
    auto result = std::make_shared<Block>(block);
    own(prefix + "attention_norm", result->attentionNorm);
    own(prefix + "post_attention_norm", result->postAttentionNorm);
    own(prefix + "feed_forward_norm", result->feedForwardNorm);
    own(prefix + "post_feed_forward_norm", result->postFeedForwardNorm);
    AttentionWeights& attention = result->attention;
    attention.query = own(prefix + "attention.query", attention.query);
    attention.key = own(prefix + "attention.key", attention.key);
    attention.value = own(prefix + "attention.value", attention.value);
    attention.output = own(prefix + "attention.output", attention.output);
    own(prefix + "attention.query_norm", attention.queryNorm);
    own(prefix + "attention.key_norm", attention.keyNorm);
    FeedForwardWeights& feedForward = result->feedForward;
    feedForward.gate = own(prefix + "feed_forward.gate", feedForward.gate);
    feedForward.up = own(prefix + "feed_forward.up", feedForward.up);
    feedForward.down = own(prefix + "feed_forward.down", feedForward.down);
    return result;
}

int64_t TrainableModel::count() const
{
    int64_t total = 0;
    for (const Tensor& parameter : parameters_) total += parameter.count();
    return total;
}

static double spreadOf(const std::string& name, const Tensor& parameter, const InitialSpread& spread)
{
    if (name == "embedding") return spread.embedding;
    return spread.matrix > 0 ? spread.matrix : 1 / std::sqrt(double(parameter.extent(1)));
}

ModelPtr withRandomParameters(const Model& model, uint64_t seed, const InitialSpread& spread)
{
    const TrainableModel fresh(model);
    const double residualShare = 1 / std::sqrt(2 * double(std::max<size_t>(1, model.blocks.size())));
    for (size_t i = 0; i < fresh.parameters().size(); ++i) {
        const std::string& name = fresh.names()[i];
        Tensor parameter = fresh.parameters()[i]; // shares the bytes
        const std::span<float> values = parameter.fill<float>();
        if (parameter.shape().size() < 2) {
            std::fill(values.begin(), values.end(), name.ends_with(".bias") ? 0.0f : 1.0f);
            continue;
        }
        const bool residual = name.ends_with("attention.output") || name.ends_with("feed_forward.down");
        const double deviation = spreadOf(name, parameter, spread) * (residual ? residualShare : 1);
        Random random(seed, name);
        for (float& value : values) value = float(deviation * random.normal());
    }
    return fresh.snapshot();
}

ModelPtr TrainableModel::snapshot() const
{
    return TrainableModel(*model_).model_;
}

} // namespace paretoscope
