#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/read_picture.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/inference/vision.h"
#include "core/model/chat/chat_prompt.h"

namespace paretoscope::commands {

namespace {

GenerationSettings settingsOf(const Arguments& arguments)
{
    constexpr int64_t most = 1 << 20;
    GenerationSettings settings;
    settings.maxTokens = arguments.integer("max-tokens", settings.maxTokens, 1, most);
    settings.temperature = arguments.number("temperature", 0, 0, 100);
    settings.topK = arguments.integer("top-k", 0, 0, most);
    settings.topP = arguments.number("top-p", 1, 0, 1);
    settings.minP = arguments.number("min-p", 0, 0, 1);
    settings.repetitionPenalty = arguments.number("repetition-penalty", 1, 0.01, 100);
    settings.seed = arguments.seed();
    settings.stopWords = arguments.all("stop");
    return settings;
}

std::string promptOf(const Arguments& arguments)
{
    if (arguments.has("prompt") == arguments.has("prompt-file"))
        fail(ErrorCode::BadUsage, "give either '--prompt' or '--prompt-file'");
    return arguments.has("prompt") ? arguments.required("prompt") : readFile(arguments.required("prompt-file"));
}

// The prompt as a turn of a conversation.
std::string chatPromptOf(const Arguments& arguments, const Model& model, const std::string& prompt)
{
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot chat", model.name);
    std::vector<ChatMessage> messages;
    if (const auto system = arguments.given("system")) messages.push_back({"system", *system});
    messages.push_back({"user", prompt});
    return chatPrompt(*model.tokenizer, messages);
}

// Rows of every picture, in the order of the prompt's places.
std::vector<std::vector<float>> picturesOf(const Arguments& arguments, const Model& model, const Backend& backend)
{
    std::vector<std::vector<float>> rows;
    for (const std::string& file : arguments.all("image")) {
        if (!model.vision) fail(ErrorCode::Unsupported, "'{}' reads no pictures", model.name);
        rows.push_back(pictureRows(*model.vision, backend, towerPixels(*model.vision, readPicture(file))));
    }
    return rows;
}

double perSecond(int64_t tokens, double seconds)
{
    return tokens > 0 && seconds > 0 ? double(tokens) / seconds : 0;
}

int run(const Arguments& arguments, Console& console)
{
    const std::string prompt = promptOf(arguments);
    GenerationSettings settings = settingsOf(arguments);
    if (arguments.has("system") && !arguments.has("chat")) fail(ErrorCode::BadUsage, "'--system' goes with '--chat'");
    PreparedPipeline prepared(arguments.positional(0), arguments, console);
    const Model& model = prepared.original();
    const bool chat = arguments.has("chat");
    const std::string asked = chat ? chatPromptOf(arguments, model, prompt) : prompt;
    if (chat) settings.endTokens = chatEndTokens(model.source, *model.tokenizer);
    settings.pictures = picturesOf(arguments, model, *prepared.backend());
    const Generation result =
        generateText(prepared.pipeline(), prepared.backend(), asked, settings, prepared.job());
    const auto generated = int64_t(result.tokens.size());
    const double prefill = perSecond(result.promptTokens, result.prefillSeconds);
    const double decode = perSecond(generated - 1, result.decodeSeconds);
    console.print("{}{}", chat ? "" : prompt, result.text);
    if (console.wantsJson())
        console.json({{"text", result.text},
                      {"tokens", result.tokens},
                      {"prompt_tokens", result.promptTokens},
                      {"generated_tokens", generated},
                      {"prefill_tokens_per_second", prefill},
                      {"decode_tokens_per_second", decode},
                      {"time_to_first_token_ms", 1000 * result.timeToFirstToken}});
    else
        console.note("{} prompt tokens at {:.1f} a second, {} generated at {:.1f} a second", result.promptTokens,
                     prefill, generated, decode);
    return 0;
}

} // namespace

const Command& generateCommand()
{
    static const Command row{
        "generate",
        "Continue a prompt.",
        {modelPositional()},
        {{"prompt", "TEXT", "What the model continues."},
         {"prompt-file", "FILE", "A file with the prompt."},
         {"image", "FILE", "A picture for the prompt's next place for one (PNG, JPEG, PPM, ...).", true},
         {"chat", "", "Put the prompt into the model's chat template and stop where its turn ends."},
         {"system", "TEXT", "What a conversation begins with."},
         {"max-tokens", "N", "Stop after so many tokens; 128 when not given."},
         {"temperature", "T", "0, which is the default, always takes the likeliest token."},
         {"top-k", "N", "Sample from the N likeliest tokens only."},
         {"top-p", "P", "Sample from the likeliest tokens that together have probability P."},
         {"min-p", "P", "Sample from tokens at least P times as likely as the likeliest."},
         {"repetition-penalty", "R", "Above 1, makes tokens that were seen less likely."},
         {"stop", "TEXT", "Stop where this text appears.", true},
         options::recipe(), options::calibration(), options::seed(), options::threads(), options::backend(),
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
