#include "core/base/error.h"
#include "core/model/tokenizers/json_fields.h"
#include "core/model/tokenizers/normalizers.h"
#include "core/model/tokenizers/text_normalizers.h"

namespace paretoscope::tokenizers {

namespace {

NormalizerPtr sequenceFromJson(const Json& json, const std::string& where)
{
    std::vector<NormalizerPtr> steps;
    for (const Json& step : requireSteps(json, "normalizers", where))
        if (NormalizerPtr made = normalizerFromJson(step, where)) steps.push_back(std::move(made));
    return std::make_shared<NormalizerSequence>(std::move(steps));
}

NormalizerPtr replaceFromJson(const Json& json, const std::string& where)
{
    return std::make_shared<ReplaceNormalizer>(requirePattern(json, "pattern", where),
                                               requireString(json, "content", where));
}

NormalizerPtr bertFromJson(const Json& json, const std::string& where)
{
    BertNormalizerSettings settings;
    settings.cleanText = optionalBool(json, "clean_text", true, where);
    settings.spaceChinese = optionalBool(json, "handle_chinese_chars", true, where);
    settings.lowercase = optionalBool(json, "lowercase", true, where);
    settings.stripAccents = optionalBool(json, "strip_accents", settings.lowercase, where);
    return std::make_shared<BertNormalizer>(settings);
}

NormalizerPtr precompiledFromJson(const Json& json, const std::string& where)
{
    const auto blob = base64Bytes(optionalString(json, "precompiled_charsmap", "", where));
    if (!blob) fail(ErrorCode::BadFile, "{}: 'precompiled_charsmap' is not base64", where);
    return std::make_shared<PrecompiledNormalizer>(Charsmap(*blob, where));
}

} // namespace

NormalizerPtr normalizerFromJson(const Json& json, const std::string& where)
{
    if (json.is_null()) return nullptr;
    const std::string type = requireString(json, "type", where);
    const std::string place = where + "." + type;
    if (type == "Sequence") return sequenceFromJson(json, place);
    if (type == "NFC") return std::make_shared<FormNormalizer>(NormalForm::Nfc);
    if (type == "NFD") return std::make_shared<FormNormalizer>(NormalForm::Nfd);
    if (type == "NFKC") return std::make_shared<FormNormalizer>(NormalForm::Nfkc);
    if (type == "NFKD") return std::make_shared<FormNormalizer>(NormalForm::Nfkd);
    if (type == "Lowercase") return std::make_shared<LowercaseNormalizer>();
    if (type == "StripAccents") return std::make_shared<StripAccentsNormalizer>();
    if (type == "ByteLevel") return std::make_shared<ByteLevelNormalizer>();
    if (type == "Replace") return replaceFromJson(json, place);
    if (type == "Prepend")
        return std::make_shared<PrependNormalizer>(requireString(json, "prepend", place));
    if (type == "Strip")
        return std::make_shared<StripNormalizer>(optionalBool(json, "strip_left", true, place),
                                                 optionalBool(json, "strip_right", true, place));
    if (type == "Nmt") return std::make_shared<NmtNormalizer>();
    if (type == "BertNormalizer") return bertFromJson(json, place);
    if (type == "Precompiled") return precompiledFromJson(json, place);
    fail(ErrorCode::Unsupported, "{}: the normalizer '{}' is not supported", where, type);
}

} // namespace paretoscope::tokenizers
