// Shapes that several parts of a tokenizer.json share.
#pragma once

#include "core/base/json.h"
#include "core/model/tokenizers/regex.h"

#include <string>

namespace paretoscope::tokenizers {

constexpr size_t maxSequenceSteps = 64;

// The array `field` of a "Sequence", at most maxSequenceSteps long.
const Json& requireSteps(const Json& json, const char* field, const std::string& where);
// {"String": "..."} or {"Regex": "..."} or a plain string, which stands for itself.
Regex requirePattern(const Json& json, const char* field, const std::string& where);
// An integer that may be a token id.
int32_t requireTokenId(const Json& value, const std::string& where);

constexpr int32_t maxTokenId = (1 << 24) - 1;

} // namespace paretoscope::tokenizers
