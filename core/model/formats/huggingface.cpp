// A Hugging Face folder: config.json, safetensors, tokenizer files.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architecture.h"
#include "core/model/formats/checkpoint.h"
#include "core/model/formats/checkpoint_source.h"
#include "core/model/formats/model_fingerprint.h"
#include "core/model/formats/opening.h"
#include "core/model/open_model.h"

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
