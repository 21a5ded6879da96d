#include "core/model/tokenizers/added_token_json.h"

#include "core/base/error.h"
#include "core/model/tokenizers/json_fields.h"

namespace paretoscope::tokenizers {

AddedToken addedTokenFromJson(const Json& json, int32_t id, const std::string& where)
{
    AddedToken token;
    token.id = id;
    token.content = requireString(json, "content", where);
    token.special = optionalBool(json, "special", false, where);
    token.singleWord = optionalBool(json, "single_word", false, where);
    token.stripLeft = optionalBool(json, "lstrip", false, where);
    token.stripRight = optionalBool(json, "rstrip", false, where);
    token.normalized = optionalBool(json, "normalized", !token.special, where);
    return token;
}

std::vector<AddedToken> addedTokensFromJson(const Json& json, const std::string& where)
{
    if (json.is_null()) return {};
    if (!json.is_array()) fail(ErrorCode::BadFile, "{}: must be an array", where);
    std::vector<AddedToken> tokens;
    tokens.reserve(json.size());
    for (const Json& entry : json) {
        const int32_t id = requireTokenId(requireField(entry, "id", where), where + ": an 'id'");
        tokens.push_back(addedTokenFromJson(entry, id, where));
    }
    return tokens;
}

} // namespace paretoscope::tokenizers
