// What a decoder's configuration says, in one vocabulary for all families.
//
// Architectures translate a family's own config.json (or GGUF metadata) into this; the one
// Transformer is driven by it. Everything that may differ between blocks is in BlockConfig.
#pragma once

#include "core/autograd/operations.h"
#include "core/base/json_forward.h"

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope {

enum class PositionKind { None, Rope, Learned, Alibi };
enum class RopeScalingKind { None, Linear, Dynamic, Llama3, Yarn, LongRope };

// Rotary embedding; see model/rope.h for the formulas.
struct RopeConfig {
    double theta = 10000;
    int64_t dimensions = 0;   // rotated values of a head (even); 0 = no rotation
    bool interleaved = false; // pairs (2i, 2i+1) instead of (i, i + dimensions/2)
    RopeScalingKind scaling = RopeScalingKind::None;
    double factor = 1;
    int64_t originalContext = 0;
    double lowFrequencyFactor = 1;  // Llama3
    double highFrequencyFactor = 4; // Llama3
    double betaFast = 32;           // Yarn
    double betaSlow = 1;            // Yarn
    bool truncate = true;           // Yarn: round the correction range
    double attentionFactor = 0;     // Yarn, LongRope: multiplies cos and sin; 0 = the formula's own
    double mscale = 0;              // Yarn as in DeepSeek
    double mscaleAllDimensions = 0;
    std::vector<float> longFactors; // LongRope
    std::vector<float> shortFactors;
    std::vector<float> frequencyFactors; // divisors given per pair (GGUF rope_freqs)
};

// Mixture of experts of one block.
struct MoeConfig {
    int64_t experts = 0; // 0 = dense
    int64_t used = 0;    // experts a token
    enum class Scoring { SoftmaxThenTop, TopThenSoftmax, Sigmoid } scoring = Scoring::SoftmaxThenTop;
    bool renormalize = false; // weights of the chosen sum to 1
    double scale = 1;         // of the weights (DeepSeek routed_scaling_factor)
    int64_t groups = 1;       // grouped routing (DeepSeek)
    int64_t groupsUsed = 1;
    bool groupScoreIsTopTwo = false; // DeepSeek-V3: a group counts as the sum of its two best
    double clamp = 0;         // gpt-oss: gate at most this, up within ±this; 0 = none
    double upOffset = 0;      // gpt-oss: added to up
};

// Multi-head latent attention (DeepSeek).
struct MlaConfig {
    int64_t kvRank = 0; // 0 = ordinary attention
    int64_t queryRank = 0; // 0 = full query projection
    int64_t nopeDim = 0;
    int64_t ropeDim = 0;
};

struct BlockConfig {
    int64_t heads = 0;
    int64_t kvHeads = 0;
    int64_t headDim = 0;
    int64_t valueDim = 0;
    int64_t feedForward = 0;
    int64_t window = 0;          // sliding attention; 0 = all
    double attentionScale = 0;   // of the logits; 0 = 1/sqrt(headDim)
    double attentionSoftCap = 0; // 0 = none
    PositionKind positions = PositionKind::Rope;
    int ropeIndex = 0;           // into ModelConfig::ropes
    // OwnPerHead: each head is normalized by itself with a weight of its own [heads · headDim].
    enum class QkNorm { None, PerHead, FullWidth, OwnPerHead } qkNorm = QkNorm::None;
    bool normAfterRope = false;  // q/k norms act after the rotation
    bool parallel = false;       // attention and feed-forward read the same residual
    bool normAfterAdd = false;   // x = norm(x + part(x)), the order of the first Transformers
    bool gated = true;           // act(gate) ⊙ up, else act(up)
    Activation activation = Activation::Silu;
    double residualScale = 1;
    double clampQkv = 0;         // limit of q, k and v after their norms; 0 = none
    MoeConfig moe;
    MlaConfig mla;
};

struct ModelConfig {
    std::string architecture; // id in the table: "llama"
    int64_t hidden = 0;
    int64_t vocabulary = 0;
    int64_t contextLength = 0;
    bool tiedEmbeddings = false;
    bool causal = true;
    double embeddingScale = 1;
    double logitScale = 1;       // multiplies the logits
    double logitSoftCap = 0;
    double alibiMaximumBias = 8;
    double alibiScale = 1;       // multiplies the slopes
    int64_t learnedPositionOffset = 0;
    int64_t tokenTypes = 0;      // kinds of token that an encoder tells apart; 0 = none
    bool languageHead = true;    // logits exist; false for encoders that end in hidden states
    std::vector<RopeConfig> ropes;
    std::vector<BlockConfig> blocks;

    // Nominal KV bytes a token: 16-bit elements, every block's own heads (methods/kvcache.md).
    int64_t kvBytesPerToken() const;
};

// The project's own folder format stores the configuration as this JSON.
Json toJson(const ModelConfig& config);
ModelConfig modelConfigFromJson(const Json& json, const std::string& where); // Error(BadFile)

std::string activationName(Activation activation);
Activation activationFromName(const std::string& name, const std::string& where); // Error(BadFile)

// Refuses extents that do not fit together or are absurd. Throws Error(BadFile) naming `where`.
void validateConfig(const ModelConfig& config, const std::string& where);

} // namespace paretoscope
