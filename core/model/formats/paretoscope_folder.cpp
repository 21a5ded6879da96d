// Opens the project's own folder (model_folder.h).
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/model_fingerprint.h"
#include "core/model/formats/model_folder.h"
#include "core/model/formats/opening.h"
#include "core/model/open_model.h"

namespace paretoscope::formats {

namespace {

bool recognizes(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path / manifestFileName, ignored);
}

Json readManifest(const std::filesystem::path& path, const std::string& where)
{
    const Json manifest = readJsonFile(path);
    if (requireString(manifest, "format", where) != "paretoscope")
        fail(ErrorCode::BadFile, "{}: 'format' must be \"paretoscope\"", where);
    const int64_t version = requireInteger(manifest, "version", 1, 1 << 20, where);
    if (version > modelFolderVersion)
        fail(ErrorCode::Unsupported, "{}: version {} is newer than this program, which reads {}",
             where, version, modelFolderVersion);
    return manifest;
}

ModelPtr open(const std::filesystem::path& path)
{
    const std::string where = (path / manifestFileName).string();
    const Json manifest = readManifest(path / manifestFileName, where);
    const Json& config = requireField(manifest, "config", where);
    auto model = std::make_shared<Model>();
    model->config = modelConfigFromJson(config, where);
    if (!std::filesystem::exists(path / weightsFileName))
        fail(ErrorCode::NotFound, "'{}' holds no weights: {} is missing", path.string(),
             weightsFileName);
    const auto weights = SafetensorsFile::open(path / weightsFileName);
    readParts(requireField(manifest, "parts", where), *weights, where, *model);
    Fingerprint fingerprint;
    fingerprint.add(config.dump());
    addFileContent(fingerprint, weights->bytes());
    if (manifest.contains("vision")) {
        const auto vision = SafetensorsFile::open(path / visionFileName);
        model->vision = readVision(manifest.at("vision"), *vision, where);
        addFileContent(fingerprint, vision->bytes());
    }
    model->fingerprint = fingerprint.hex();
    attachTokenizer(path, *model);
    return finishOpening(std::move(model), path, weights->path().string());
}

} // namespace

const ModelFormat& paretoscopeFolder()
{
    static const ModelFormat row{"paretoscope_folder", "folder written by this program", recognizes,
                                 open};
    return row;
}

} // namespace paretoscope::formats
