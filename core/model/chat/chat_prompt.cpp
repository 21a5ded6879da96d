#include "core/model/chat/chat_prompt.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/chat/jinja_evaluator.h"

namespace paretoscope {

namespace {

std::string pieceOf(const Tokenizer& tokenizer, const std::optional<int32_t>& token)
{
    return token ? tokenizer.decode({*token}, false) : std::string();
}

} // namespace

std::string renderChat(const std::string& chatTemplate, std::span<const ChatMessage> messages, bool addGenerationPrompt,
                       const std::string& begin, const std::string& end)
{
    jinja::List list;
    for (const ChatMessage& message : messages) {
        jinja::Dict entry;
        entry.set("role", message.role);
        entry.set("content", message.content);
        list.emplace_back(std::move(entry));
    }
    return jinja::render(jinja::parse(jinja::tokenize(chatTemplate)),
                         {{"messages", std::move(list)},
                          {"add_generation_prompt", addGenerationPrompt},
                          {"bos_token", begin},
                          {"eos_token", end},
                          {"tools", jinja::None{}},
                          {"documents", jinja::None{}}});
}

std::string chatPrompt(const Tokenizer& tokenizer, std::span<const ChatMessage> messages, bool addGenerationPrompt)
{
    const std::string chatTemplate = tokenizer.chatTemplate();
    if (chatTemplate.empty())
        fail(ErrorCode::Unsupported, "the model's tokenizer has no chat template; give it a plain prompt");
    const std::string begin = pieceOf(tokenizer, tokenizer.beginToken());
    std::string text = renderChat(chatTemplate, messages, addGenerationPrompt, begin, pieceOf(tokenizer, tokenizer.endToken()));
    const std::vector<int32_t> added = tokenizer.encode("", true);
    const bool addsItself = !added.empty() && tokenizer.beginToken() == added.front();
    if (addsItself && !begin.empty() && text.starts_with(begin)) text.erase(0, begin.size());
    return text;
}

std::vector<int32_t> chatEndTokens(const std::filesystem::path& folder, const Tokenizer& tokenizer)
{
    std::error_code ignored;
    const std::filesystem::path file = folder / "generation_config.json";
    if (!std::filesystem::is_regular_file(file, ignored)) return {};
    const Json config = readJsonFile(file, size_t{1} << 20);
    if (!config.is_object() || !config.contains("eos_token_id")) return {};
    const Json& given = config["eos_token_id"];
    std::vector<int32_t> tokens;
    for (const Json& token : given.is_array() ? given : Json::array({given}))
        if (token.is_number_integer() && token >= 0 && token < tokenizer.vocabularySize()) tokens.push_back(token.get<int32_t>());
    return tokens;
}

} // namespace paretoscope
