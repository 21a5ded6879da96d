// Block by block through a model: each block's maps are solved for the inputs that they see, then the
// calibration texts move on through what came out.
#pragma once

#include "core/strategy/covariances.h"
#include "core/strategy/strategy.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// What each block is fitted to (inputs, true_sequential, skip_first_tokens), and the calibration parameters;
// all advanced.
std::vector<Parameter> blockSolvingParameters();

// What becomes of one map, given Σ x xᵀ over its inputs (null when no token reached it). May add notes
// for people.
using SolveMap = std::function<LinearWeightPtr(const LinearId& id, const LinearWeight& weight,
                                               const std::vector<double>* covariance, std::set<std::string>& notes)>;

// A copy of the pipeline with every quantizable map solved and the notes added. `strategy` is the id
// that errors name, `title` what progress says. Finished blocks are kept until all are, and statistics of
// the original model's inputs for other settings.
Pipeline solveBlockwise(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                        const std::string& strategy, const std::string& title, const SolveMap& solve);

} // namespace paretoscope::quantization
