#include "core/model/tokenizers/tokenizer_settings.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/model/tokenizers/added_token_json.h"
#include "core/model/tokenizers/json_fields.h"

namespace paretoscope::tokenizers {

namespace {

constexpr size_t maxConfigBytes = 64 << 20;
constexpr size_t maxTemplateBytes = 4 << 20;

// An empty object for a file that is not there.
Json readOptionalJson(const std::filesystem::path& path)
{
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return Json::object();
    Json json = readJsonFile(path, maxConfigBytes);
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", path.string());
    return json;
}

// "<s>" or {"content": "<s>", ...}; null says that there is no such token.
void readRole(const Json& json, const char* field, RoleToken& role, const std::string& where)
{
    if (role.content || role.none || !json.contains(field)) return;
    const Json& value = json.at(field);
    if (value.is_null())
        role.none = true;
    else if (value.is_string())
        role.content = value.get<std::string>();
    else if (value.is_object())
        role.content = requireString(value, "content", where + ": " + field);
    else
        fail(ErrorCode::BadFile, "{}: '{}' must be a string or an object", where, field);
}

// 2 or [2, 5]: the first.
void readRoleId(const Json& json, const char* field, RoleToken& role, const std::string& where)
{
    if (role.id || !json.contains(field)) return;
    const Json& value = json.at(field);
    const Json& first = value.is_array() && !value.empty() ? value.front() : value;
    // Other tools use -1 for none.
    if (first.is_number_integer() && (first.is_number_unsigned() || first.get<int64_t>() >= 0))
        role.id = requireTokenId(first, where + ": '" + field + "'");
}

std::optional<bool> readFlag(const Json& json, const char* field, const std::string& where)
{
    if (!json.contains(field) || json.at(field).is_null()) return std::nullopt;
    return optionalBool(json, field, false, where);
}

// A template, or a list of named ones, of which "default" is for conversations.
std::string readTemplate(const Json& json, const std::string& where)
{
    if (!json.contains("chat_template")) return {};
    const Json& value = json.at("chat_template");
    if (value.is_string()) return value.get<std::string>();
    std::string first;
    if (value.is_array()) {
        for (const Json& entry : value) {
            const std::string text = requireString(entry, "template", where + ": chat_template");
            if (requireString(entry, "name", where + ": chat_template") == "default") return text;
            if (first.empty()) first = text;
        }
    }
    return first;
}

void readAddedTokens(const Json& json, TokenizerSettings& settings, const std::string& where)
{
    if (!json.contains("added_tokens_decoder")) return;
    const Json& table = json.at("added_tokens_decoder");
    if (!table.is_object())
        fail(ErrorCode::BadFile, "{}: 'added_tokens_decoder' must be an object", where);
    for (const auto& [key, value] : table.items()) {
        const std::string place = where + ": added_tokens_decoder: '" + key + "'";
        const auto id = parseInteger(key);
        if (!id || *id < 0 || *id > maxTokenId)
            fail(ErrorCode::BadFile, "{} is not a token id", place);
        settings.addedTokens.push_back(addedTokenFromJson(value, int32_t(*id), place));
    }
}

} // namespace

TokenizerSettings readTokenizerSettings(const std::filesystem::path& folder)
{
    TokenizerSettings settings;
    const std::filesystem::path path = folder / "tokenizer_config.json";
    const std::string where = path.string();
    const Json config = readOptionalJson(path);
    settings.tokenizerClass = optionalString(config, "tokenizer_class", "", where);
    settings.addBegin = readFlag(config, "add_bos_token", where);
    settings.addEnd = readFlag(config, "add_eos_token", where);
    settings.addPrefixSpace = readFlag(config, "add_prefix_space", where);
    settings.chatTemplate = readTemplate(config, where);
    readAddedTokens(config, settings, where);

    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
        const Json json = readOptionalJson(folder / name);
        readRole(json, "bos_token", settings.begin, (folder / name).string());
        readRole(json, "eos_token", settings.end, (folder / name).string());
        readRole(json, "unk_token", settings.unknown, (folder / name).string());
    }
    for (const char* name : {"config.json", "generation_config.json"}) {
        const Json json = readOptionalJson(folder / name);
        readRoleId(json, "bos_token_id", settings.begin, (folder / name).string());
        readRoleId(json, "eos_token_id", settings.end, (folder / name).string());
    }
    const std::filesystem::path jinja = folder / "chat_template.jinja";
    std::error_code ignored;
    if (std::filesystem::exists(jinja, ignored))
        settings.chatTemplate = readFile(jinja, maxTemplateBytes);
    return settings;
}

} // namespace paretoscope::tokenizers
