// A Hugging Face folder: config.json, safetensors, tokenizer files.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architecture.h"
#include "core/model/formats/checkpoint.h"
#include "core/model/formats/checkpoint_source.h"
#include "core/model/formats/model_fingerprint.h"
#include "core/model/formats/opening.h"
#include "core/model/open_model.h"
#include "core/model/vision_tower.h"

#include <algorithm>

namespace paretoscope::formats {

namespace {

constexpr size_t maxConfigBytes = size_t{64} << 20;

bool recognizes(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path / "config.json", ignored);
}

std::string fingerprintOfFolder(const Json& config, const Checkpoint& checkpoint)
{
    Fingerprint fingerprint;
    fingerprint.add(config.dump());
    for (const auto& file : checkpoint.files())
        addFileContent(fingerprint, file->bytes());
    return fingerprint.hex();
}

// How the pictures of the tower's training were normalized, where the folder says so.
void readPreprocessor(const std::filesystem::path& folder, Model& model)
{
    const std::filesystem::path file = folder / "preprocessor_config.json";
    std::error_code ignored;
    if (!model.vision || !std::filesystem::is_regular_file(file, ignored)) return;
    const Json config = readJsonFile(file, maxConfigBytes);
    auto tower = std::make_shared<VisionTower>(*model.vision);
    for (const auto& [name, values] : {std::pair{"image_mean", &tower->mean}, {"image_std", &tower->deviation}}) {
        if (!config.is_object() || !config.contains(name)) continue;
        *values = channelNumbers(config, name, file.string());
        if (std::count(values->begin(), values->end(), 0.0f) > 0)
            fail(ErrorCode::BadFile, "{}: '{}' must be three numbers", file.string(), name);
    }
    model.vision = std::move(tower);
}

ModelPtr open(const std::filesystem::path& path)
{
    const std::string where = (path / "config.json").string();
    const Json config = readJsonFile(path / "config.json", maxConfigBytes);
    if (!config.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where);
    const Architecture& architecture = architectureFor(config, where);
    auto model = std::make_shared<Model>();
    model->config = architecture.configure(config, where);
    model->config.architecture = architecture.id;
    validateConfig(model->config, where);
    const Checkpoint checkpoint = Checkpoint::open(path);
    const CheckpointSource weights(checkpoint, quantizationMethodOf(config, where));
    architecture.load(config, weights, *model);
    readPreprocessor(path, *model);
    warnAboutUnused(weights.unused(), *model);
    model->fingerprint = fingerprintOfFolder(config, checkpoint);
    attachTokenizer(path, *model);
    return finishOpening(std::move(model), path, weights.describe());
}

} // namespace

const ModelFormat& huggingface()
{
    static const ModelFormat row{"huggingface", "Hugging Face folder (config.json and safetensors)",
                                 recognizes, open};
    return row;
}

} // namespace paretoscope::formats
