#include "core/model/tokenizers/post_processor.h"

#include "core/base/error.h"
#include "core/model/tokenizers/json_fields.h"

namespace paretoscope::tokenizers {

namespace {

constexpr size_t maxTemplateParts = 256;
constexpr size_t maxSpecialIds = 256;
constexpr size_t maxTemplates = 4;

std::vector<int32_t> specialIds(const Json& table, const std::string& name,
                                const std::string& where)
{
    if (!table.is_object() || !table.contains(name))
        fail(ErrorCode::BadFile, "{}: 'special_tokens' does not describe '{}'", where, name);
    const Json& ids = requireField(table.at(name), "ids", where + ".special_tokens");
    if (!ids.is_array() || ids.size() > maxSpecialIds)
        fail(ErrorCode::BadFile, "{}: 'ids' of '{}' must be an array of at most {} ids", where,
             name, maxSpecialIds);
    std::vector<int32_t> result;
    for (const Json& id : ids)
        result.push_back(requireTokenId(id, where + ": an id of " + name));
    return result;
}

} // namespace

PostProcessor::PostProcessor(std::vector<int32_t> before, std::vector<int32_t> after)
{
    steps_.push_back({{false, std::move(before)}, {true, {}}, {false, std::move(after)}});
}

void PostProcessor::surround(std::optional<int32_t> before, std::optional<int32_t> after)
{
    const auto listOf = [](std::optional<int32_t> id) {
        return id ? std::vector<int32_t>{*id} : std::vector<int32_t>{};
    };
    steps_.push_back({{false, listOf(before)}, {true, {}}, {false, listOf(after)}});
}

std::vector<int32_t> PostProcessor::apply(std::vector<int32_t> ids) const
{
    for (const Template& step : steps_) {
        std::vector<int32_t> result;
        result.reserve(ids.size() + 4);
        for (const Part& part : step) {
            const std::vector<int32_t>& source = part.text ? ids : part.ids;
            result.insert(result.end(), source.begin(), source.end());
        }
        ids = std::move(result);
    }
    return ids;
}

// What stands at the ends of an encoded text is seen by encoding a text of one impossible token.
std::optional<int32_t> PostProcessor::first() const
{
    const int32_t front = apply({-1}).front();
    return front < 0 ? std::nullopt : std::optional(front);
}

std::optional<int32_t> PostProcessor::last() const
{
    const int32_t back = apply({-1}).back();
    return back < 0 ? std::nullopt : std::optional(back);
}

PostProcessor PostProcessor::fromJson(const Json& json, const std::string& where)
{
    PostProcessor processor;
    if (!json.is_null()) processor.readStep(json, where);
    if (processor.steps_.size() > maxTemplates)
        fail(ErrorCode::BadFile, "{}: more than {} templates", where, maxTemplates);
    return processor;
}

void PostProcessor::readStep(const Json& json, const std::string& where)
{
    const std::string type = requireString(json, "type", where);
    const std::string place = where + "." + type;
    if (type == "Sequence") {
        for (const Json& step : requireSteps(json, "processors", place))
            readStep(step, place);
    } else if (type == "TemplateProcessing") {
        readTemplate(json, place);
    } else if (type == "BertProcessing" || type == "RobertaProcessing") {
        readPair(json, place);
    } else if (type != "ByteLevel") { // that one only moves offsets
        fail(ErrorCode::Unsupported, "{}: the post-processor '{}' is not supported", where, type);
    }
}

void PostProcessor::readTemplate(const Json& json, const std::string& where)
{
    const Json& parts = requireField(json, "single", where);
    if (!parts.is_array() || parts.size() > maxTemplateParts)
        fail(ErrorCode::BadFile, "{}: 'single' must be an array of at most {} parts", where,
             maxTemplateParts);
    const Json none;
    const Json& table = json.contains("special_tokens") ? json.at("special_tokens") : none;
    Template step;
    int texts = 0;
    for (const Json& part : parts) {
        if (part.is_object() && part.contains("SpecialToken")) {
            const std::string name = requireString(part.at("SpecialToken"), "id", where);
            step.push_back({false, specialIds(table, name, where)});
        } else if (part.is_object() && part.contains("Sequence")) {
            step.push_back({true, {}});
            ++texts;
        } else {
            fail(ErrorCode::BadFile, "{}: a part of 'single' is neither SpecialToken nor Sequence",
                 where);
        }
    }
    if (texts != 1) fail(ErrorCode::BadFile, "{}: 'single' must hold the text exactly once", where);
    steps_.push_back(std::move(step));
}

void PostProcessor::readPair(const Json& json, const std::string& where)
{
    const auto idOf = [&](const char* field) {
        const Json& pair = requireField(json, field, where);
        if (!pair.is_array() || pair.size() != 2)
            fail(ErrorCode::BadFile, "{}: '{}' must be a token and its id", where, field);
        return std::vector<int32_t>{requireTokenId(pair.at(1), where + ": the id of " + field)};
    };
    steps_.push_back({{false, idOf("cls")}, {true, {}}, {false, idOf("sep")}});
}

} // namespace paretoscope::tokenizers
