#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/open_model.h"

namespace paretoscope::commands {

namespace {

std::string textOf(const Arguments& arguments)
{
    if (arguments.has("text") == arguments.has("file"))
        fail(ErrorCode::BadUsage, "give either '--text' or '--file'");
    return arguments.has("text") ? arguments.required("text") : readFile(arguments.required("file"));
}

int run(const Arguments& arguments, Console& console)
{
    const std::string text = textOf(arguments);
    const ModelPtr model = openModel(arguments.positional(0));
    if (!model->tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer", model->name);
    const std::vector<int32_t> ids = model->tokenizer->encode(text, arguments.has("special"));
    Json pieces = Json::array();
    for (const int32_t id : ids) {
        pieces.push_back(model->tokenizer->piece(id));
        console.print("{}\t{}", id, model->tokenizer->piece(id));
    }
    if (console.wantsJson()) console.json({{"ids", ids}, {"pieces", std::move(pieces)}});
    return 0;
}

} // namespace

const Command& tokenizeCommand()
{
    static const Command row{
        "tokenize",
        "Show the tokens of a text.",
        {modelPositional()},
        {{"text", "TEXT", "The text itself."},
         {"file", "FILE", "A file with the text."},
         {"special", "", "Add what the model's tokenizer puts around a text, such as a begin token."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
