// Runs a vision tower.
#pragma once

#include "core/inference/session.h"
#include "core/model/vision_tower.h"

#include <memory>
#include <vector>

namespace paretoscope {

// Rows [rowsOfPicture(), width of the language model] for one picture's pixels [3, side, side]: what stands in
// a text at the picture's places. `observer` sees every block of the tower. Error(Unsupported) for a tower
// without a projector, Error(BadUsage) for another number of pixels.
std::vector<float> pictureRows(const VisionTower& tower, const Backend& backend, std::span<const float> pixels,
                               Observer* observer = nullptr);

// The picture's embedding [E] (CLIP), not normalized. Error(Unsupported) for a tower without one.
std::vector<float> pictureEmbedding(const VisionTower& tower, const Backend& backend, std::span<const float> pixels,
                                    Observer* observer = nullptr);

// A text's embedding [E] in the same space (CLIP), not normalized. Error(Unsupported) for other models.
std::vector<float> textEmbedding(const ModelPtr& model, const std::shared_ptr<const Backend>& backend,
                                 std::span<const int32_t> tokens);

// The prompt's tokens with every place of a picture widened to as many as a picture has rows.
// Error(BadUsage) when places and pictures are not as many.
std::vector<int32_t> withPicturePlaces(const VisionTower& tower, std::span<const int32_t> tokens, size_t pictures);

} // namespace paretoscope
