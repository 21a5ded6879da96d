// A GGUF file, the parts of a split one, or a folder that holds just one.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/architecture.h"
#include "core/model/formats/gguf/gguf_source.h"
#include "core/model/formats/gguf/gguf_vocabulary.h"
#include "core/model/formats/model_fingerprint.h"
#include "core/model/formats/opening.h"
#include "core/model/open_model.h"

namespace paretoscope::formats {

namespace {

namespace fs = std::filesystem;

bool recognizes(const fs::path& path)
{
    return !ggufFileOf(path).empty();
}

void applyRotation(const GgufFile& file, const GgufFamily& family, const GgufSource& weights, ModelConfig& config)
{
    std::vector<float> factors;
    if (file.has("rope_freqs.weight")) {
        factors = file.tensor("rope_freqs.weight").toFloats();
        weights.markUsed("rope_freqs.weight");
    }
    for (const float factor : factors)
        if (!(factor > 0))
            fail(ErrorCode::BadFile, "{}: tensor 'rope_freqs.weight' holds {}, expected positive numbers",
                 file.where("rope_freqs.weight"), factor);
    for (RopeConfig& rope : config.ropes) {
        if (!factors.empty()) rope.frequencyFactors = factors;
        if (family.interleavedRows) rope.interleaved = true;
    }
    weights.markUsed("rope_factors_long.weight");
    weights.markUsed("rope_factors_short.weight");
}

std::string fingerprintOf(const GgufFile& file)
{
    Fingerprint fingerprint;
    for (const auto& part : file.bytes()) addFileContent(fingerprint, part);
    return fingerprint.hex();
}

ModelPtr open(const fs::path& path)
{
    const std::shared_ptr<const GgufFile> file = GgufFile::open(ggufFileOf(path));
    const GgufFamily& family = ggufFamilyOf(*file);
    const Json config = family.configure(*file);
    const Architecture& architecture = architectureFor(config, file->where());
    auto model = std::make_shared<Model>();
    model->config = architecture.configure(config, file->where());
    model->config.architecture = architecture.id;
    const GgufSource weights(*file, family);
    applyRotation(*file, family, weights, model->config);
    validateConfig(model->config, file->where());
    architecture.load(config, weights, *model);
    warnAboutUnused(weights.unused(), *model);
    model->fingerprint = fingerprintOf(*file);
    attachTokenizer([&] { return ggufTokenizer(file->metadata()); }, *model);
    return finishOpening(std::move(model), path, file->where());
}

} // namespace

const ModelFormat& gguf()
{
    static const ModelFormat row{"gguf", "GGUF file", recognizes, open};
    return row;
}

} // namespace paretoscope::formats
