#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/model_summary.h"
#include "core/model/open_model.h"

namespace paretoscope::commands {

namespace {

Json tokenizerJson(const Model& model)
{
    if (!model.tokenizer) return nullptr;
    return {{"kind", model.tokenizer->kind()}, {"vocabulary", model.tokenizer->vocabularySize()}};
}

Json describe(const Model& model)
{
    const ParameterCounts counts = countParameters(model);
    const LinearFootprint linears = linearFootprint(model);
    return {{"name", model.name},
            {"source", model.source.string()},
            {"architecture", model.config.architecture},
            {"parameters",
             {{"total", counts.total},
              {"embedding", counts.embedding},
              {"attention", counts.attention},
              {"mlp", counts.feedForward},
              {"other", counts.other}}},
            {"dtype", dominantForm(model)},
            {"bits_per_weight", linears.bitsPerWeight()},
            {"weight_bytes", weightBytes(model)},
            {"kv_bytes_per_token", model.config.kvBytesPerToken()},
            {"context_length", model.config.contextLength},
            {"vocabulary", model.config.vocabulary},
            {"hidden", model.config.hidden},
            {"blocks", int64_t(model.blocks.size())},
            {"tied_embeddings", model.config.tiedEmbeddings},
            {"tokenizer", tokenizerJson(model)},
            {"fingerprint", model.fingerprint},
            {"warnings", model.warnings}};
}

void print(const Json& d, Console& console)
{
    const Json& parameters = d["parameters"];
    const auto count = [&](const char* part) { return std::to_string(parameters[part].get<int64_t>()); };
    const auto bytes = [&](const char* field) { return humanBytes(d[field].get<double>()); };
    console.print("{}  ({})", d["name"].get<std::string>(), d["source"].get<std::string>());
    console.write(textTable({{"architecture", d["architecture"]},
                             {"blocks", d["blocks"].dump()},
                             {"hidden", d["hidden"].dump()},
                             {"parameters", count("total")},
                             {"  embedding", count("embedding")},
                             {"  attention", count("attention")},
                             {"  mlp", count("mlp")},
                             {"  other", count("other")},
                             {"weights as", d["dtype"]},
                             {"weight bytes", bytes("weight_bytes")},
                             {"KV bytes per token", bytes("kv_bytes_per_token")},
                             {"context", d["context_length"].dump()},
                             {"vocabulary", d["vocabulary"].dump()},
                             {"tokenizer", d["tokenizer"].is_null() ? "none" : d["tokenizer"]["kind"]}}));
    for (const Json& warning : d["warnings"]) console.note("warning: {}", warning.get<std::string>());
}

int run(const Arguments& arguments, Console& console)
{
    const ModelPtr model = openModel(arguments.positional(0));
    const Json description = describe(*model);
    if (console.wantsJson())
        console.json(description);
    else
        print(description, console);
    return 0;
}

} // namespace

const Command& inspectCommand()
{
    static const Command row{
        "inspect", "Tell what a model is made of and what it weighs.", {modelPositional()}, {options::json()}, run};
    return row;
}

} // namespace paretoscope::commands
