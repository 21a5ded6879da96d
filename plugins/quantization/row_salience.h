// How much a model's loss moves when one row of a matrix is replaced by another.
//
// Source: Zheng et al., MixLLM, 2024 (arXiv:2412.14590), section 3.1.
#pragma once

#include "core/model/model.h"
#include "core/strategy/workbench.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// What would take the place of a map's weights [outputs, inputs].
using Replacement = std::function<std::vector<float>(const LinearId& id, const LinearWeight& weight)>;

struct RowSalience {
    // Σ over samples of |a + a² / 2| with a = gradient · (replacement - weights) of the row.
    std::map<LinearId, std::vector<double>> sums;
    // a itself, summed: the first-order change of the loss's sum.
    std::map<LinearId, std::vector<double>> slopes;
};

// For every map that `replacement` is asked for by `wanted`. One sequence is one sample, whose loss is the
// mean over its tokens. Error(Unsupported) for models that a tape does not know.
RowSalience rowSalience(const Model& model, const std::vector<std::vector<int32_t>>& sequences,
                        const std::function<bool(const LinearId&)>& wanted, const Replacement& replacement,
                        Workbench& workbench, const std::string& title);

enum class RowChoice { Global, PerMap, Random };

// Which rows [outputs] of each map are among the share with the largest salience: of all maps together,
// or of each map. Exactly round(share · rows) are chosen in all, or of each map.
std::map<LinearId, std::vector<bool>> chosenRows(const std::map<LinearId, std::vector<double>>& salience, double share,
                                                 RowChoice choice, uint64_t seed);

} // namespace paretoscope::quantization
