#include "core/model/tokenizers/tokenizer_json.h"

#include <algorithm>
#include <initializer_list>

namespace paretoscope::tokenizers {

namespace {

std::optional<int32_t> idOf(const TokenizerParts& parts, std::string_view content)
{
    for (const AddedToken& token : parts.addedTokens)
        if (token.content == content) return token.id;
    return parts.model->vocabulary().find(content);
}

bool hasId(const TokenizerParts& parts, int32_t id)
{
    return parts.model->vocabulary().piece(id) ||
           std::any_of(parts.addedTokens.begin(), parts.addedTokens.end(),
                       [id](const AddedToken& token) { return token.id == id; });
}

// Names that tokens of this role usually have, for folders that do not say.
std::optional<int32_t> usual(const TokenizerParts& parts,
                             std::initializer_list<std::string_view> names)
{
    for (const std::string_view name : names)
        for (const AddedToken& token : parts.addedTokens)
            if (token.special && token.content == name) return token.id;
    return std::nullopt;
}

std::optional<int32_t> settle(const TokenizerParts& parts, const RoleToken& role,
                              std::optional<int32_t> inTemplate,
                              std::initializer_list<std::string_view> names)
{
    if (role.content) {
        if (const auto id = idOf(parts, *role.content)) return id;
    }
    if (role.none) return std::nullopt;
    if (role.id && hasId(parts, *role.id)) return role.id;
    if (inTemplate) return inTemplate;
    return usual(parts, names);
}

bool isLlamaClass(const std::string& name)
{
    for (const char* known : {"LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer"})
        if (name == known || name == std::string(known) + "Fast") return true;
    return false;
}

// tokenizer_config.json may ask for a begin or end token that the post-processor does not add.
// The classes of the Llama kind decide by these switches alone.
void applySwitches(TokenizerParts& parts, const TokenizerSettings& settings)
{
    const bool alone = isLlamaClass(settings.tokenizerClass);
    const PostProcessor& given = parts.postProcessor;
    if (alone && (settings.addBegin || settings.addEnd)) {
        std::vector<int32_t> before, after;
        if (settings.addBegin.value_or(true) && parts.beginToken) before = {*parts.beginToken};
        if (settings.addEnd.value_or(false) && parts.endToken) after = {*parts.endToken};
        parts.postProcessor = PostProcessor(std::move(before), std::move(after));
        return;
    }
    const bool begins =
        settings.addBegin.value_or(false) && parts.beginToken && given.first() != parts.beginToken;
    const bool ends =
        settings.addEnd.value_or(false) && parts.endToken && given.last() != parts.endToken;
    if (!begins && !ends) return;
    parts.postProcessor.surround(begins ? parts.beginToken : std::nullopt,
                                 ends ? parts.endToken : std::nullopt);
}

} // namespace

void settleRoles(TokenizerParts& parts, const TokenizerSettings& settings)
{
    parts.beginToken = settle(parts, settings.begin, parts.postProcessor.first(),
                              {"<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>", "[CLS]"});
    parts.endToken =
        settle(parts, settings.end, parts.postProcessor.last(),
               {"</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>", "<|im_end|>", "[SEP]"});
    applySwitches(parts, settings);
}

} // namespace paretoscope::tokenizers
