#include "core/evaluation/tasks/text_windows.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>

namespace paretoscope::tasks {

namespace {

std::vector<int32_t> windowAt(std::span<const int32_t> tokens, size_t at, size_t count,
                              std::optional<int32_t> beginToken)
{
    std::vector<int32_t> window;
    window.reserve(count + 1);
    if (beginToken) window.push_back(*beginToken);
    for (const int32_t token : tokens.subspan(at, std::min(count, tokens.size() - at)))
        window.push_back(token);
    return window;
}

} // namespace

std::vector<Parameter> textWindowParameters()
{
    return {Parameter::integer("window", "Window", 256, 2, 1 << 20,
                               "Tokens of text in a window, cut to what the model's context leaves beside a begin "
                               "token. The literature's tables use 2048.")
                .withUnit("tokens"),
            Parameter::integer("max_windows", "Windows", 64, 0, 1 << 30,
                               "How many windows of the text to score, from its start; 0 scores all of them."),
            Parameter::choice("begin_token", "Begin token", "each_window", {"each_window", "text_start", "none"},
                              "Where the model's begin-of-text token goes: before each window, only before the "
                              "text as in the literature, or nowhere.")
                .asAdvanced()};
}

std::string windowName(size_t index)
{
    return fmt::format("window-{:05}", index);
}

std::vector<std::vector<int32_t>> textWindows(const TaskInput& input)
{
    const Model& model = *input.pipeline.model;
    if (!model.tokenizer)
        fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot read text", model.name);
    const Tokenizer& tokenizer = *model.tokenizer;
    if (trimmed(input.text).empty())
        fail(ErrorCode::BadFile, "'{}' is empty, so there is nothing to measure", input.textName);
    const std::string begin = input.settings.text("begin_token");
    const auto beginToken = begin == "each_window" ? tokenizer.beginToken() : std::nullopt;
    const std::vector<int32_t> tokens = tokenizer.encode(input.text, begin == "text_start", false);
    const auto context = int64_t(model.config.contextLength);
    const int64_t room = context - (beginToken ? 1 : 0);
    const auto fresh = size_t(std::max<int64_t>(1, std::min(input.settings.integer("window"), room)));
    const int64_t most = input.settings.integer("max_windows");
    std::vector<std::vector<int32_t>> windows;
    for (size_t at = 0; at + fresh <= tokens.size() || at == 0; at += fresh) {
        if (most > 0 && int64_t(windows.size()) == most) break;
        windows.push_back(windowAt(tokens, at, fresh, beginToken));
    }
    if (windows.front().size() < 2)
        fail(ErrorCode::BadFile, "'{}' is too short: scoring needs two tokens or more", input.textName);
    return windows;
}

} // namespace paretoscope::tasks
