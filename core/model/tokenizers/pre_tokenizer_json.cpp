#include "core/base/error.h"
#include "core/model/tokenizers/json_fields.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/pre_tokenizers.h"
#include "core/model/tokenizers/unicode.h"

namespace paretoscope::tokenizers {

namespace {

SplitBehavior behaviorFromJson(const Json& json, const char* fallback, const std::string& where)
{
    const std::string name = optionalString(json, "behavior", fallback, where);
    if (name == "Removed") return SplitBehavior::Removed;
    if (name == "Isolated") return SplitBehavior::Isolated;
    if (name == "MergedWithPrevious") return SplitBehavior::MergedWithPrevious;
    if (name == "MergedWithNext") return SplitBehavior::MergedWithNext;
    if (name == "Contiguous") return SplitBehavior::Contiguous;
    fail(ErrorCode::BadFile, "{}: 'behavior' is '{}', which names no behavior", where, name);
}

PreTokenizerPtr sequenceFromJson(const Json& json, const std::string& where)
{
    std::vector<PreTokenizerPtr> steps;
    for (const Json& step : requireSteps(json, "pretokenizers", where))
        if (PreTokenizerPtr made = preTokenizerFromJson(step, where))
            steps.push_back(std::move(made));
    return std::make_shared<PreTokenizerSequence>(std::move(steps));
}

PreTokenizerPtr splitFromJson(const Json& json, const std::string& where)
{
    return std::make_shared<SplitPreTokenizer>(requirePattern(json, "pattern", where),
                                               behaviorFromJson(json, "Isolated", where),
                                               optionalBool(json, "invert", false, where));
}

PreTokenizerPtr digitsFromJson(const Json& json, const std::string& where)
{
    const bool single = optionalBool(json, "individual_digits", false, where);
    return std::make_shared<ClassPreTokenizer>(isNumeric, single ? SplitBehavior::Isolated
                                                                 : SplitBehavior::Contiguous);
}

PreTokenizerPtr whitespaceWords(const std::string& where)
{
    return std::make_shared<SplitPreTokenizer>(Regex(R"(\w+|[^\w\s]+)", where),
                                               SplitBehavior::Removed, true);
}

PreTokenizerPtr bertWords()
{
    return std::make_shared<PreTokenizerSequence>(std::vector<PreTokenizerPtr>{
        std::make_shared<ClassPreTokenizer>(isWhitespace, SplitBehavior::Removed),
        std::make_shared<ClassPreTokenizer>(isPunctuation, SplitBehavior::Isolated)});
}

} // namespace

PreTokenizerPtr preTokenizerFromJson(const Json& json, const std::string& where)
{
    if (json.is_null()) return nullptr;
    const std::string type = requireString(json, "type", where);
    const std::string place = where + "." + type;
    if (type == "Sequence") return sequenceFromJson(json, place);
    if (type == "ByteLevel")
        return std::make_shared<ByteLevelPreTokenizer>(
            optionalBool(json, "add_prefix_space", true, place),
            optionalBool(json, "use_regex", true, place));
    if (type == "Split") return splitFromJson(json, place);
    if (type == "Digits") return digitsFromJson(json, place);
    if (type == "Punctuation")
        return std::make_shared<ClassPreTokenizer>(isPunctuation,
                                                   behaviorFromJson(json, "Isolated", place));
    if (type == "Whitespace") return whitespaceWords(place);
    if (type == "WhitespaceSplit")
        return std::make_shared<ClassPreTokenizer>(isWhitespace, SplitBehavior::Removed);
    if (type == "Metaspace") return metaspaceFromJson(json, place);
    if (type == "BertPreTokenizer") return bertWords();
    if (type == "CharDelimiterSplit")
        return std::make_shared<SplitPreTokenizer>(requirePattern(json, "delimiter", place),
                                                   SplitBehavior::Removed, false);
    fail(ErrorCode::Unsupported, "{}: the pre-tokenizer '{}' is not supported", where, type);
}

} // namespace paretoscope::tokenizers
