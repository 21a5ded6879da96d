// tokenizer.json to a tokenizer.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/tokenizers/pipeline_tokenizer.h"
#include "core/model/tokenizers/tokenizer_settings.h"

#include <memory>
#include <string>

namespace paretoscope::tokenizers {

// `where` names the file. Throws Error(BadFile or Unsupported) naming file and field.
std::shared_ptr<const PipelineTokenizer>
tokenizerFromJson(const Json& json, const TokenizerSettings& settings, const std::string& where);

// The "model" of a tokenizer.json.
TokenModelPtr modelFromJson(const Json& json, const std::vector<AddedToken>& added,
                            const std::string& where);

// tokenizer_config.json may name tokens that the tokenizer's own file lacks. An added token that is
// a piece of the model has the model's id, whatever it says itself.
void joinAddedTokens(TokenizerParts& parts, const std::vector<AddedToken>& more);

// The id of a role's token: its content, else its id, if the vocabulary has it.
void settleRoles(TokenizerParts& parts, const TokenizerSettings& settings);

} // namespace paretoscope::tokenizers
