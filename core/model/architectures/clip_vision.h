// CLIP's picture encoder, alone or in front of a language model.
#pragma once

#include "core/model/architectures/common.h"
#include "core/model/vision_tower.h"

namespace paretoscope::families {

// The tower below `prefix` ("vision_model."), without projections. `config` is its "vision_config", whose
// missing fields mean what CLIP's own configuration takes them for. Error(BadFile or Unsupported).
VisionTower readClipVision(const Json& config, const std::string& prefix, const WeightSource& weights);

// An encoder block of CLIP, the same for texts and pictures.
void readClipBlock(const WeightSource& weights, const std::string& prefix, const NormStyle& norm, int64_t hidden,
                   Block& block);

} // namespace paretoscope::families
