// A model: configuration, tokenizer and blocks of linear maps.
#pragma once

#include "core/model/linear_weight.h"
#include "core/model/model_config.h"
#include "core/model/tokenizer.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

struct VisionTower; // core/model/vision_tower.h

struct Linear {
    LinearWeightPtr weight; // null when the block does not have this map
    Tensor bias;            // f32 [outputs] or empty

    explicit operator bool() const { return weight != nullptr; }
};

struct AttentionWeights {
    Linear query, key, value, output;
    std::optional<NormParameters> queryNorm, keyNorm;
    Tensor sinks; // f32 [heads] or empty
    // Multi-head latent attention: query = queryUp(norm(queryDown x)), latents = kvDown x.
    Linear queryDown, queryUp, kvDown, kvUp;
    std::optional<NormParameters> queryLatentNorm, kvLatentNorm;
};

struct FeedForwardWeights {
    Linear gate, up, down; // gate is absent when the block is not gated
};

struct MoeWeights {
    Linear router;
    Tensor selectionBias; // f32 [experts] or empty; added for choosing only (DeepSeek-V3)
    std::vector<FeedForwardWeights> experts;
    FeedForwardWeights shared; // absent maps when there is none
    Linear sharedGate;         // sigmoid gate of the shared expert (Qwen2-MoE)
};

// x += attention(attentionNorm x); x += feedForward(feedForwardNorm x). An absent norm is the
// identity; "post" norms act on what is added. In a parallel block both read the same x, and an
// absent feedForwardNorm means that the feed-forward shares attentionNorm's result. With
// normAfterAdd the two norms act on the sums instead. `moe` takes the place of `feedForward`.
struct Block {
    BlockConfig config;
    std::optional<NormParameters> attentionNorm, postAttentionNorm;
    std::optional<NormParameters> feedForwardNorm, postFeedForwardNorm;
    AttentionWeights attention;
    FeedForwardWeights feedForward;
    std::optional<MoeWeights> moe;
};

// Immutable once made; passed as shared_ptr<const Model>; thread-safe. A compressed model shares
// every part that its strategy did not touch.
struct Model {
    ModelConfig config;
    std::shared_ptr<const Tokenizer> tokenizer; // null when the folder has none
    std::string name;                           // for people: folder or file name
    std::filesystem::path source;               // where it was opened
    std::string fingerprint;                    // of configuration and weights
    std::vector<std::string> warnings;          // things a user should know about this file

    Tensor embedding;          // [V, D], float type of the file ([V, E] before a projection)
    Linear embeddingMap;       // the same in its place when the file stores it in another form
    Tensor positionEmbedding;  // [positions, D] or empty
    Tensor tokenTypeEmbedding; // [types, D] or empty
    Linear embeddingProjection; // [D, E] of narrow embeddings (OPT), mostly absent
    std::optional<NormParameters> embeddingNorm;
    std::vector<std::shared_ptr<const Block>> blocks;
    std::optional<NormParameters> finalNorm;
    Linear outputProjection; // [E, D], before the head of narrow embeddings, mostly absent
    Linear output; // [V, D]; absent when tied to the embedding
    Linear pooler; // [D, D] of encoders: tanh of the first token's map; mostly absent
    std::shared_ptr<const VisionTower> vision; // null for models that read no pictures
};

using ModelPtr = std::shared_ptr<const Model>;

// Where a linear map sits. Canonical text: "blocks.3.attention.query",
// "blocks.3.experts.5.up", "output".
struct LinearId {
    int block = -1; // -1: outside the blocks
    int expert = -1;
    std::string role; // "attention.query", "feed_forward.down", "router", "output", ...

    std::string text() const;
    auto operator<=>(const LinearId&) const = default;
};

// Visits every present linear map of the blocks (not the output head), in execution order.
void forEachLinear(const Model& model,
                   const std::function<void(const LinearId&, const Linear&)>& visit);
// A copy in which `replace` may exchange the weights of each block's maps. Blocks where it
// returns the same pointer for every map stay shared with `model`. Routers are visited too: leave
// them alone unless the method says otherwise.
std::shared_ptr<Model> withLinears(
    const Model& model,
    const std::function<LinearWeightPtr(const LinearId&, const Linear&)>& replace);

// Bytes of every stored number of the model: blocks, embedding, norms, biases, output.
int64_t weightBytes(const Model& model);
// Stored bytes and count of the numbers in the blocks' linear maps only.
struct LinearFootprint {
    int64_t bytes = 0;
    int64_t parameters = 0;
    double bitsPerWeight() const { return parameters ? 8.0 * double(bytes) / double(parameters) : 0; }
};
LinearFootprint linearFootprint(const Model& model);

struct ParameterCounts {
    int64_t total = 0, embedding = 0, attention = 0, feedForward = 0, other = 0;
};
ParameterCounts countParameters(const Model& model);

// Throws Error(BadFile) naming the first tensor that holds a NaN or an infinity.
void requireFiniteWeights(const Model& model);

} // namespace paretoscope
