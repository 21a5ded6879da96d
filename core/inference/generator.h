// Text generation.
#pragma once

#include "core/base/job_context.h"
#include "core/inference/session.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace paretoscope {

struct GenerationSettings {
    int64_t maxTokens = 128;
    double temperature = 0; // 0 = greedy
    int64_t topK = 0;       // 0 = all
    double topP = 1;
    double minP = 0;
    double repetitionPenalty = 1;
    uint64_t seed = 1;
    std::vector<std::string> stopWords;
    bool stopAtEnd = true; // the tokenizer's end token
    std::vector<std::vector<float>> pictures; // rows of each picture of the prompt (inference/vision.h)
    std::vector<int32_t> endTokens; // further tokens that end a text, such as those of a turn
};

struct Generation {
    std::string text;
    std::vector<int32_t> tokens; // generated ones, without the end token
    int64_t promptTokens = 0;
    double prefillSeconds = 0;
    double decodeSeconds = 0; // of tokens.size() - 1 steps after the first
    double timeToFirstToken = 0;
};

// How tokens are decoded: plain, speculative, switching models... Immutable; thread-safe.
class DecodeDriver {
public:
    virtual ~DecodeDriver() = default;
    virtual std::string name() const = 0;
    virtual Generation generate(Session& session, const std::vector<int32_t>& prompt,
                                const GenerationSettings& settings, JobContext& job) const = 0;
};

std::shared_ptr<const DecodeDriver> plainDriver();

// Picks a token from logits [V] under the settings; `history` for the repetition penalty.
class Random;
int32_t sampleToken(std::span<const float> logits, const GenerationSettings& settings,
                    std::span<const int32_t> history, Random& random);

} // namespace paretoscope
