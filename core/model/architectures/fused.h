// Checkpoints that store several maps as one, and matrices that are stored transposed.
#pragma once

#include "core/model/architectures/common.h"

#include <span>

namespace paretoscope::families {

// The rows of `fused`, weight and bias, in this order.
Linear selectRows(const Linear& fused, std::span<const RowRange> ranges);

// All queries, then all keys, then all values (GPT-2, Phi-3, MPT). Shares the fused bytes.
void splitStackedQkv(const Linear& fused, const BlockConfig& config, AttentionWeights& attention);
// For each key-value head its query heads, its key and its value (GPT-NeoX, BLOOM, Falcon). Shares
// the fused bytes when there is one key-value head, else copies.
void splitGroupedQkv(const Linear& fused, const BlockConfig& config, AttentionWeights& attention);
// By group, as these families store them, unless the file stacks them.
void splitFamilyQkv(const WeightSource& weights, const Linear& fused, const BlockConfig& config,
                    AttentionWeights& attention);
// Gate rows, then up rows.
void splitGateUp(const Linear& fused, int64_t feedForward, FeedForwardWeights& weights);

// Rows of a fused query, key and value map.
int64_t fusedQkvRows(const BlockConfig& config);

// A map whose matrix is stored as [inputs, outputs] (GPT-2's Conv1D): transposed once. Other
// representations of the checkpoint are stored as maps and come as they are.
Linear readTransposed(const WeightSource& weights, const std::string& name, int64_t outputs, int64_t inputs,
                      Bias bias);
// [inputs, outputs] to a map; any float type.
LinearWeightPtr transposedMap(const Tensor& matrix);

} // namespace paretoscope::families
