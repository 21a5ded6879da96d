// BERT and the encoders that changed only its positions.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

// Both directions, learned positions, norms after each sum, hidden states as result.
ModelConfig readBertConfig(const Json& config, const std::string& where);
// `prefix`: what comes before the names in files that also hold a head ("bert.").
void readBertModel(const Json& config, const WeightSource& weights, const std::string& prefix, Model& model);

} // namespace paretoscope::families
