#include "core/pipeline/pipeline.h"

#include "core/base/error.h"
#include "core/inference/vision.h"

namespace paretoscope {

Generation generateText(const Pipeline& pipeline, const std::shared_ptr<const Backend>& backend,
                        const std::string& prompt, const GenerationSettings& settings, JobContext& job)
{
    const Model& model = *pipeline.model;
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot read text", model.name);
    std::string shortened = prompt;
    for (const auto& compressor : pipeline.promptCompressors)
        shortened = compressor->compress(shortened, model, backend);
    std::vector<int32_t> tokens = model.tokenizer->encode(shortened, true);
    Session session(pipeline.model, backend, pipeline.sessionOptions());
    if (!settings.pictures.empty() && !model.vision)
        fail(ErrorCode::Unsupported, "'{}' reads no pictures", model.name);
    if (model.vision) tokens = withPicturePlaces(*model.vision, tokens, settings.pictures.size());
    for (const std::vector<float>& picture : settings.pictures) session.addPictures(picture);
    const DecodeDriver& driver = pipeline.driver ? *pipeline.driver : *plainDriver();
    return driver.generate(session, tokens, settings, job);
}

} // namespace paretoscope
