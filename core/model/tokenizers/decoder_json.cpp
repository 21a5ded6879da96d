#include "core/base/error.h"
#include "core/model/tokenizers/decoders.h"
#include "core/model/tokenizers/json_fields.h"
#include "core/model/tokenizers/metaspace.h"

namespace paretoscope::tokenizers {

namespace {

DecoderPtr sequenceFromJson(const Json& json, const std::string& where)
{
    std::vector<DecoderPtr> steps;
    for (const Json& step : requireSteps(json, "decoders", where))
        if (DecoderPtr made = decoderFromJson(step, where)) steps.push_back(std::move(made));
    return std::make_shared<DecoderSequence>(std::move(steps));
}

DecoderPtr stripFromJson(const Json& json, const std::string& where)
{
    const auto count = [&](const char* field) {
        return size_t(optionalInteger(json, field, 0, INT32_MAX, 0, where));
    };
    return std::make_shared<StripDecoder>(optionalString(json, "content", " ", where),
                                          count("start"), count("stop"));
}

DecoderPtr replaceFromJson(const Json& json, const std::string& where)
{
    return std::make_shared<ReplaceDecoder>(requirePattern(json, "pattern", where),
                                            requireString(json, "content", where), where);
}

} // namespace

DecoderPtr decoderFromJson(const Json& json, const std::string& where)
{
    if (json.is_null()) return nullptr;
    const std::string type = requireString(json, "type", where);
    const std::string place = where + "." + type;
    if (type == "Sequence") return sequenceFromJson(json, place);
    if (type == "ByteLevel") return std::make_shared<ByteLevelDecoder>();
    if (type == "ByteFallback") return std::make_shared<ByteFallbackDecoder>();
    if (type == "Fuse") return std::make_shared<FuseDecoder>();
    if (type == "Replace") return replaceFromJson(json, place);
    if (type == "Strip") return stripFromJson(json, place);
    if (type == "BPEDecoder")
        return std::make_shared<SuffixDecoder>(optionalString(json, "suffix", "</w>", place));
    if (type == "Metaspace") return metaspaceDecoderFromJson(json, place);
    if (type == "WordPiece")
        return std::make_shared<WordPieceDecoder>(optionalString(json, "prefix", "##", place),
                                                  optionalBool(json, "cleanup", true, place));
    fail(ErrorCode::Unsupported, "{}: the decoder '{}' is not supported", where, type);
}

} // namespace paretoscope::tokenizers
