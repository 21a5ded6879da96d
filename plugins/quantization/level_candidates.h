// Every map of a model at several widths: the level database that allocation works on.
#pragma once

#include "core/strategy/allocation.h"
#include "core/strategy/strategy.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// One row a map, in execution order.
struct LevelCandidates {
    LevelDatabase database;                           // error: tr((W - Ŵ) Σxxᵀ (W - Ŵ)ᵀ) a token
    std::vector<LinearId> maps;                       // [layers]
    std::vector<std::vector<LinearWeightPtr>> stored; // [layers][levels]

    // A copy of the model with the maps at these levels.
    std::shared_ptr<Model> applied(const Model& model, const std::vector<int>& levels) const;
};

// Rounds (`gptq` false) or solves every quantizable map at each of the widths, for the inputs that the
// original model gives on the sequences, which are looked at once for all widths. Reads group_size and
// uneven_groups. Reports progress from 0 to `part`. Holds every candidate in memory.
LevelCandidates makeLevelCandidates(const Model& model, const std::vector<std::vector<int32_t>>& sequences,
                                    const std::vector<int>& widths, bool gptq, const std::string& strategy,
                                    const Settings& settings, Workbench& workbench, double part,
                                    std::set<std::string>& notes);

} // namespace paretoscope::quantization
