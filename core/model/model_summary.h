// What a person wants to know about a model at a glance.
#pragma once

#include "core/model/model.h"

#include <string>

namespace paretoscope {

// The form that holds most of the blocks' parameters: "F16", or "4-bit groups of 128".
std::string dominantForm(const Model& model);

// Floating-point operations of the matrix products for one token with an empty context, two a
// multiply-accumulate; of experts those that a token goes to.
double operationsPerToken(const Model& model);

} // namespace paretoscope
