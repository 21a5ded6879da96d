// Which groups a matrix gets when the wished group size does not divide its inputs.
#pragma once

#include "core/model/model.h"
#include "core/strategy/parameter.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// The parameters that every group-wise method has: bits, group_size, uneven_groups.
Parameter bitsParameter();
Parameter groupSizeParameter();
Parameter unevenGroupsParameter();

enum class UnevenGroups { Smaller, Refuse };
UnevenGroups unevenGroupsFrom(const Settings& settings);

// The group size for `columns` inputs: the wished one (-1: the whole row) where it divides them,
// else the largest smaller power of two that does, else the whole row; under Refuse, or when the
// codes of a row cannot end on a byte, Error(Unsupported) naming the matrix.
int64_t groupSizeFor(int64_t wished, int64_t columns, int bits, UnevenGroups uneven, const std::string& what);

// The group size for one map of a model: that of the settings group_size and uneven_groups.
// Error(Unsupported) naming strategy and map when the map is compressed already or no group fits.
int64_t groupFor(const std::string& strategy, const LinearId& id, const LinearWeight& weight, int bits,
                 const Settings& settings);
// The same for every quantizable map, before any work is done.
void requireGroups(const std::string& strategy, const Model& model, int bits, const Settings& settings);
// Says for people where a smaller group than the wished one was taken.
void noteSmallerGroup(const Settings& settings, int64_t group, int64_t inputs, std::set<std::string>& notes);

// Maps that quantization leaves alone: routers and scalar gates, whose errors change which expert
// runs and whose bytes hardly count.
bool isQuantizable(const LinearId& id);

// Error(Unsupported) naming strategy and map when a quantizable map is compressed already.
void requireDense(const std::string& strategy, const Model& model);

// A copy of the map as f32. Error(BadFile) naming it when a weight is not finite.
std::vector<float> finiteDense(const LinearWeight& weight, const std::string& what);

} // namespace paretoscope::quantization
