// What Qwen's mixtures of experts share.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

// num_experts, num_experts_per_tok, norm_topk_prob, moe_intermediate_size; which layers have
// experts: decoder_sparse_step and mlp_only_layers.
void readQwenMoeConfig(const Json& config, int64_t defaultExperts, ModelConfig& model, const std::string& where);

} // namespace paretoscope::families
