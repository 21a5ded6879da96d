// From a conversation to the text that a model was trained to continue.
#pragma once

#include "core/model/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct ChatMessage {
    std::string role; // "system", "user", "assistant"
    std::string content;
};

// What the tokenizer's chat template makes of the messages, up to where the model is to answer.
// A begin token that the tokenizer adds by itself is left out. Error(Unsupported) without a template and for what the template refuses, Error(BadFile) for a
// template that is wrong, with its line.
std::string chatPrompt(const Tokenizer& tokenizer, std::span<const ChatMessage> messages, bool addGenerationPrompt = true);

// Tokens that end an answer besides the tokenizer's own: "eos_token_id" of generation_config.json in the
// model's folder. Empty when there is no such file; Error(BadFile) when it cannot be read.
std::vector<int32_t> chatEndTokens(const std::filesystem::path& folder, const Tokenizer& tokenizer);

// The text of any template; `begin` and `end` are what it knows as bos_token and eos_token.
std::string renderChat(const std::string& chatTemplate, std::span<const ChatMessage> messages, bool addGenerationPrompt,
                       const std::string& begin, const std::string& end);

} // namespace paretoscope
