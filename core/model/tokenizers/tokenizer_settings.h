// What the files beside a tokenizer say: tokenizer_config.json, special_tokens_map.json,
// config.json, generation_config.json, chat_template.jinja.
#pragma once

#include "core/model/tokenizers/added_tokens.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope::tokenizers {

// One of the tokens with a role.
struct RoleToken {
    std::optional<std::string> content;
    std::optional<int32_t> id;
    bool none = false; // the files say that there is no such token
};

struct TokenizerSettings {
    std::string tokenizerClass; // "LlamaTokenizerFast", or empty
    RoleToken begin, end, unknown;
    std::optional<bool> addBegin, addEnd, addPrefixSpace;
    std::vector<AddedToken> addedTokens; // of added_tokens_decoder
    std::string chatTemplate;
};

// Absent files and fields leave the defaults. Throws Error(BadFile) naming file and field.
TokenizerSettings readTokenizerSettings(const std::filesystem::path& folder);

} // namespace paretoscope::tokenizers
