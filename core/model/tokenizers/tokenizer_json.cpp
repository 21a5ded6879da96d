#include "core/model/tokenizers/tokenizer_json.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/tokenizers/added_token_json.h"
#include "core/model/tokenizers/pre_tokenizers.h"
#include "core/model/tokenizers/text_normalizers.h"

#include <unordered_set>

namespace paretoscope::tokenizers {

namespace {

const Json& fieldOrNull(const Json& json, const char* field)
{
    static const Json none;
    const auto found = json.find(field);
    return found == json.end() ? none : *found;
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

std::string kindOf(const TokenizerParts& parts)
{
    const std::string kind = parts.model->kind();
    if (parts.preTokenizer && parts.preTokenizer->spellsBytes()) return "byte-level " + kind;
    const Vocabulary& vocabulary = parts.model->vocabulary();
    const bool marked = vocabulary.find(spaceMark) && vocabulary.find("<0x00>");
    return marked && kind == "BPE" ? "SentencePiece BPE" : kind;
}

} // namespace

void joinAddedTokens(TokenizerParts& parts, const std::vector<AddedToken>& more)
{
    std::vector<AddedToken>& tokens = parts.addedTokens;
    std::unordered_set<int32_t> ids;
    std::unordered_set<std::string> contents;
    for (const AddedToken& token : tokens) {
        ids.insert(token.id);
        contents.insert(token.content);
    }
    for (const AddedToken& token : more)
        if (ids.insert(token.id).second && contents.insert(token.content).second)
            tokens.push_back(token);
    for (AddedToken& token : tokens)
        if (const auto id = parts.model->vocabulary().find(token.content)) token.id = *id;
}

std::shared_ptr<const PipelineTokenizer>
tokenizerFromJson(const Json& json, const TokenizerSettings& settings, const std::string& where)
{
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where);
    TokenizerParts parts;
    parts.source = where;
    parts.addedTokens =
        addedTokensFromJson(fieldOrNull(json, "added_tokens"), where + ": added_tokens");
    parts.model =
        modelFromJson(requireField(json, "model", where), parts.addedTokens, where + ": model");
    joinAddedTokens(parts, settings.addedTokens);
    parts.normalizer = normalizerFromJson(fieldOrNull(json, "normalizer"), where + ": normalizer");
    parts.preTokenizer =
        readPreTokenizer(fieldOrNull(json, "pre_tokenizer"), settings, where + ": pre_tokenizer");
    parts.postProcessor =
        PostProcessor::fromJson(fieldOrNull(json, "post_processor"), where + ": post_processor");
    parts.decoder = decoderFromJson(fieldOrNull(json, "decoder"), where + ": decoder");
    parts.kind = kindOf(parts);
    cutAtWordStarts(parts);
    parts.chatTemplate = settings.chatTemplate;
    settleRoles(parts, settings);
    return std::make_shared<PipelineTokenizer>(std::move(parts));
}

} // namespace paretoscope::tokenizers
