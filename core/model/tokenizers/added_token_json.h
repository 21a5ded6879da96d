// Added tokens as tokenizer.json and tokenizer_config.json describe them.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/tokenizers/added_tokens.h"

#include <string>
#include <vector>

namespace paretoscope::tokenizers {

AddedToken addedTokenFromJson(const Json& json, int32_t id, const std::string& where);
// The "added_tokens" of a tokenizer.json; `json` may be null. Throws Error(BadFile).
std::vector<AddedToken> addedTokensFromJson(const Json& json, const std::string& where);

} // namespace paretoscope::tokenizers
