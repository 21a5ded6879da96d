#include "core/model/tokenizers/tokenizer_json.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/tokenizers/added_token_json.h"
#include "core/model/tokenizers/pre_tokenizers.h"

#include <unordered_set>

namespace paretoscope::tokenizers {

namespace {

const Json& fieldOrNull(const Json& json, const char* field)
{
    static const Json none;
    const auto found = json.find(field);
    return found == json.end() ? none : *found;
}

// tokenizer_config.json may name tokens that tokenizer.json lacks.
void joinAddedTokens(std::vector<AddedToken>& tokens, const std::vector<AddedToken>& more)
{
    std::unordered_set<int32_t> ids;
    std::unordered_set<std::string> contents;
    for (const AddedToken& token : tokens) {
        ids.insert(token.id);
        contents.insert(token.content);
    }
    for (const AddedToken& token : more)
        if (ids.insert(token.id).second && contents.insert(token.content).second)
            tokens.push_back(token);
}

// An added token that is a piece of the model has the model's id, whatever it says itself.
void adoptModelIds(std::vector<AddedToken>& tokens, const Vocabulary& vocabulary)
{
    for (AddedToken& token : tokens)
        if (const auto id = vocabulary.find(token.content)) token.id = *id;
}

PreTokenizerPtr readPreTokenizer(const Json& json, const TokenizerSettings& settings,
                                 const std::string& where)
{
    const bool byteLevel =
        json.is_object() && json.contains("type") && json.at("type") == "ByteLevel";
    if (!byteLevel || !settings.addPrefixSpace) return preTokenizerFromJson(json, where);
    Json adjusted = json;
    adjusted["add_prefix_space"] = *settings.addPrefixSpace;
    return preTokenizerFromJson(adjusted, where);
}

} // namespace

std::shared_ptr<const PipelineTokenizer>
tokenizerFromJson(const Json& json, const TokenizerSettings& settings, const std::string& where)
{
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where);
    TokenizerParts parts;
    parts.source = where;
    parts.addedTokens =
        addedTokensFromJson(fieldOrNull(json, "added_tokens"), where + ": added_tokens");
    joinAddedTokens(parts.addedTokens, settings.addedTokens);
    parts.model =
        modelFromJson(requireField(json, "model", where), parts.addedTokens, where + ": model");
    adoptModelIds(parts.addedTokens, parts.model->vocabulary());
    parts.normalizer = normalizerFromJson(fieldOrNull(json, "normalizer"), where + ": normalizer");
    parts.preTokenizer =
        readPreTokenizer(fieldOrNull(json, "pre_tokenizer"), settings, where + ": pre_tokenizer");
    parts.postProcessor =
        PostProcessor::fromJson(fieldOrNull(json, "post_processor"), where + ": post_processor");
    parts.decoder = decoderFromJson(fieldOrNull(json, "decoder"), where + ": decoder");
    parts.kind = parts.model->kind();
    if (parts.preTokenizer && parts.preTokenizer->spellsBytes())
        parts.kind = "byte-level " + parts.kind;
    parts.chatTemplate = settings.chatTemplate;
    settleRoles(parts, settings);
    return std::make_shared<PipelineTokenizer>(std::move(parts));
}

} // namespace paretoscope::tokenizers
