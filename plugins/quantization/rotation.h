// Rotating a model: the same function, with every channel of what its maps read mixed into all others, so
// that no channel is larger than the rest.
//
// The residual stream x becomes R x with R = Q · diag(±1): embeddings and what writes into the stream are
// multiplied from the left, what reads it from the right, once gains of the norms are folded into the
// readers; RMSNorm without gains commutes with R. Inside a block the value heads are rotated in the value
// projection, and two rotations remain that no map can take: across the heads before the output
// projection, and of the feed-forward part's inner channels before the down projection.
//
// Source: Ashkboos et al., QuaRot, 2024, arXiv:2404.00456, section 4.
#pragma once

#include "core/backend/backend.h"
#include "core/base/job_context.h"
#include "core/model/model.h"

#include <string>

namespace paretoscope::quantization {

struct RotationSettings {
    bool online = true; // with the two rotations that run with the model
    uint64_t seed = 1;  // of R's signs
};

// Error(Unsupported) naming the strategy, the model's architecture and what cannot be rotated in it, or a
// map that is already compressed.
void requireRotatable(const Model& model, const std::string& strategy);

// The rotated model, its blocks' maps dense in F32, those with online rotations inside a RotatedLinear;
// embedding and output head as wide as they were. A tied head stays tied: the gains of the last norm become
// an output projection [D, D], which is smaller than a second embedding.
std::shared_ptr<Model> rotatedModel(const Model& model, const Backend& backend, const RotationSettings& settings,
                                    JobContext& job);

// As wide as `like`: F32, or F16 for a type of 16 bits. Error(Unsupported) when a value does not fit.
Tensor storedLike(const Tensor& like, const Shape& shape, std::span<const float> values, const std::string& what);

} // namespace paretoscope::quantization
