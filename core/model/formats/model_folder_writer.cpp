// Writes the project's own folder, all or nothing.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/version.h"
#include "core/model/formats/gguf/gguf_file.h"
#include "core/model/formats/gguf/gguf_vocabulary.h"
#include "core/model/formats/model_folder.h"
#include "core/model/formats/partial_folder.h"
#include "core/model/open_model.h"

#include <array>

namespace paretoscope {

namespace {

namespace fs = std::filesystem;

constexpr std::array companionFiles{"tokenizer.json",
                                    "tokenizer_config.json",
                                    "special_tokens_map.json",
                                    "added_tokens.json",
                                    "vocab.json",
                                    "merges.txt",
                                    "vocab.txt",
                                    "tokenizer.model",
                                    "chat_template.json",
                                    "chat_template.jinja",
                                    "generation_config.json",
                                    "preprocessor_config.json",
                                    ggufTokenizerFileName,
                                    "LICENSE"};

// A strategy may have changed blocks one by one: what they say counts.
ModelConfig writtenConfig(const Model& model)
{
    ModelConfig config = model.config;
    config.blocks.clear();
    for (const auto& block : model.blocks)
        config.blocks.push_back(block->config);
    return config;
}

// A GGUF file keeps its tokenizer among its metadata.
void copyGgufTokenizer(const fs::path& from, const fs::path& to)
{
    const fs::path file = ggufFileOf(from);
    if (file.empty()) return;
    const std::string content = ggufTokenizerFile(GgufFile::open(file)->metadata());
    if (!content.empty()) writeFileAtomically(to / ggufTokenizerFileName, content);
}

} // namespace

namespace {

bool copyFile(const fs::path& from, const fs::path& to)
{
    constexpr size_t most = size_t{1} << 30;
    std::error_code ignored;
    if (!fs::is_regular_file(from, ignored)) return false;
    writeFileAtomically(to, readFile(from, most));
    return true;
}

} // namespace

void copyTokenizerFiles(const fs::path& from, const fs::path& to)
{
    for (const char* name : companionFiles) copyFile(from / name, to / name);
    copyGgufTokenizer(from, to);
}

void copyCompanionFiles(const fs::path& from, const fs::path& to)
{
    copyTokenizerFiles(from, to);
    if (!copyFile(from / "source_config.json", to / "source_config.json"))
        copyFile(from / "config.json", to / "source_config.json");
}

void writeModelFolder(const Model& model, const Json& provenance, const fs::path& folder)
{
    SafetensorsWriter weights;
    Json manifest{{"format", "paretoscope"},
                  {"version", modelFolderVersion},
                  {"written_by", std::string("paretoscope ") + version()},
                  {"name", model.name},
                  {"config", toJson(writtenConfig(model))},
                  {"parts", collectParts(model, weights)},
                  {"provenance", provenance}};
    SafetensorsWriter vision;
    if (model.vision) manifest["vision"] = collectVision(*model.vision, vision);
    PartialFolder partial(folder);
    writeFileAtomically(partial.path() / weightsFileName, [&](Sink& sink) { weights.write(sink); });
    if (model.vision) writeFileAtomically(partial.path() / visionFileName, [&](Sink& sink) { vision.write(sink); });
    copyCompanionFiles(model.source, partial.path());
    writeFileAtomically(partial.path() / manifestFileName, manifest.dump(1) + "\n");
    partial.finish();
}

int64_t modelFileBytes(const Model& model)
{
    SafetensorsWriter weights;
    collectParts(model, weights);
    if (!model.vision) return weights.sizeBytes();
    SafetensorsWriter vision;
    collectVision(*model.vision, vision);
    return weights.sizeBytes() + vision.sizeBytes();
}

} // namespace paretoscope
