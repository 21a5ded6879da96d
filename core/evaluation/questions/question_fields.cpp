#include "core/evaluation/questions/question_fields.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace paretoscope {

const Json* anyField(const Json& object, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        if (const auto found = object.find(name); found != object.end() && !found->is_null()) return &*found;
    return nullptr;
}

std::string textOf(const Json& value, const std::string& field, const std::string& where)
{
    if (!value.is_string() && !value.is_number()) fail(ErrorCode::BadFile, "{}: '{}' must be a text", where, field);
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (trimmed(text).empty()) fail(ErrorCode::BadFile, "{}: '{}' is empty", where, field);
    return std::string(trimmed(text));
}

std::vector<std::string> textsOf(const Json& value, const std::string& field, const std::string& where)
{
    constexpr size_t most = 1000;
    if (!value.is_array()) return {textOf(value, field, where)};
    if (value.empty()) fail(ErrorCode::BadFile, "{}: '{}' is an empty list", where, field);
    if (value.size() > most) fail(ErrorCode::BadFile, "{}: '{}' has more than {} entries", where, field, most);
    std::vector<std::string> texts;
    for (const Json& each : value) texts.push_back(textOf(each, field, where));
    return texts;
}

std::string questionPrompt(const Json& object, const std::string& where)
{
    const std::string question = textOf(requireField(object, "question", where), "question", where);
    const Json* context = anyField(object, {"context", "passage"});
    const std::string before = context ? textOf(*context, "context", where) + "\n" : std::string();
    return before + "Question: " + question + "\nAnswer:";
}

} // namespace paretoscope
