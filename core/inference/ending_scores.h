// How likely a model finds several endings of one text (methods/reasoning_eval_vision.md, H:
// mc-loglik; shared machinery 6).
#pragma once

#include "core/inference/session.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope {

// A whole text; its last `scored` tokens are the ending. Something must stand before them.
struct TextEnding {
    std::vector<int32_t> tokens;
    size_t scored = 0;
};

// result[i] holds log p(token | tokens before) of the scored tokens of endings[i], in order. What all
// texts begin with is read once; where that would not be the same computation (a cache policy or
// codec that looks at how tokens arrive, a position scaling that depends on the length) every text is
// read by itself. Error(BadUsage) for an ending with nothing scored or nothing before it, a token
// outside the vocabulary, or a position beyond learned ones.
std::vector<std::vector<float>> scoreEndings(const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
                                             const SessionOptions& options, std::span<const TextEnding> endings);

} // namespace paretoscope
