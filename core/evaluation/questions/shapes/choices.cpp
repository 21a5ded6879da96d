// Questions with choices: MMLU, ARC, HellaSwag and the like as their files spell them.
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/questions/question_fields.h"

#include <algorithm>

namespace paretoscope::question_shapes {

namespace {

const Json* choicesOf(const Json& object)
{
    return anyField(object, {"choices", "endings"});
}

bool recognizes(const Json& object)
{
    return choicesOf(object) != nullptr;
}

// ["Rome", ...], or {"text": [...], "label": ["A", ...]} as ARC has it.
std::vector<std::string> textsOfChoices(const Json& choices, const std::string& where)
{
    constexpr size_t most = 100;
    const Json& texts = choices.is_object() ? requireField(choices, "text", where) : choices;
    if (!texts.is_array() || texts.size() < 2 || texts.size() > most)
        fail(ErrorCode::BadFile, "{}: 'choices' must be a list of 2 to {} texts", where, most);
    return textsOf(texts, "choices", where);
}

std::optional<size_t> placeIn(const std::vector<std::string>& list, const std::string& text)
{
    const auto found = std::find(list.begin(), list.end(), text);
    if (found == list.end()) return std::nullopt;
    return size_t(found - list.begin());
}

// A label, the choice itself, a letter, or a number from 0.
std::optional<size_t> placeOf(const std::string& answer, const std::vector<std::string>& labels,
                              const std::vector<std::string>& choices)
{
    if (const auto place = placeIn(labels, answer)) return place;
    if (const auto place = placeIn(choices, answer)) return place;
    if (answer.size() == 1 && answer[0] >= 'A' && answer[0] <= 'Z') return size_t(answer[0] - 'A');
    const auto number = parseInteger(answer);
    if (number && *number >= 0) return size_t(*number);
    return std::nullopt;
}

std::string promptOf(const Json& object, const std::string& where)
{
    if (object.contains("question")) return questionPrompt(object, where);
    const Json* begun = anyField(object, {"ctx", "context"}); // a text that each choice goes on with
    if (!begun) fail(ErrorCode::BadFile, "{}: 'question' is missing", where);
    return textOf(*begun, "ctx", where);
}

Question read(const Json& object, const std::string& where)
{
    Question question;
    question.prompt = promptOf(object, where);
    const Json& choices = *choicesOf(object);
    question.choices = textsOfChoices(choices, where);
    std::vector<std::string> labels;
    if (choices.is_object() && choices.contains("label")) labels = textsOf(choices["label"], "label", where);
    const Json* answer = anyField(object, {"answer", "answerKey", "label", "gold"});
    if (!answer) fail(ErrorCode::BadFile, "{}: 'answer' is missing", where);
    const std::string text = textOf(*answer, "answer", where);
    const auto place = placeOf(text, answer->is_number() ? std::vector<std::string>() : labels,
                               answer->is_number() ? std::vector<std::string>() : question.choices);
    if (!place || *place >= question.choices.size())
        fail(ErrorCode::BadFile, "{}: 'answer' is '{}', which is none of the {} choices", where, text, question.choices.size());
    question.right = *place;
    question.solution = question.choices[question.right];
    return question;
}

} // namespace

const QuestionShape& choices()
{
    static const QuestionShape row{
        "choices",
        "question, choices and answer (the choice, its letter, or its number from 0), as MMLU, ARC and HellaSwag have "
        "it: the likeliest choice counts",
        recognizes, read, nullptr, {}};
    return row;
}

} // namespace paretoscope::question_shapes
