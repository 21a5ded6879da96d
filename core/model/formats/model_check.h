// What every opened model must satisfy before anything computes with it.
#pragma once

#include "core/model/model.h"

#include <string>

namespace paretoscope {

// Extents of every map, norm and vector against the configuration. Error(BadFile) naming `where`
// and the part.
void requireConsistentModel(const Model& model, const std::string& where);

} // namespace paretoscope
