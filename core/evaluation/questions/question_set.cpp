#include "core/evaluation/questions/question_set.h"

#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include <algorithm>
#include <set>

namespace paretoscope {

namespace {

Question readQuestion(const Json& object, int64_t number, const std::string& where)
{
    if (!object.is_object()) fail(ErrorCode::BadFile, "{}: a question must be a JSON object", where);
    for (const QuestionShape* shape : question_shapes::all()) {
        if (!shape->recognizes(object)) continue;
        Question question = shape->read(object, where);
        question.shape = shape;
        question.number = number;
        return question;
    }
    fail(ErrorCode::BadFile,
         "{}: no question is recognized; it needs 'question' with 'answer' or 'choices', or 'input' with 'target'", where);
}

void add(QuestionSet& set, Question question, const std::string& where)
{
    const std::set<std::string> different(question.choices.begin(), question.choices.end());
    if (different.size() == question.choices.size())
        set.questions.push_back(std::move(question));
    else
        set.notes.push_back(fmt::format("{}: two choices are the same, so the question is left out", where));
}

// The published shape of BIG-Bench tasks: {"examples": [...]}, on as many lines as it likes.
std::optional<Json> wholeDocument(const std::string& text, const std::string& name)
{
    const std::string_view content = trimmed(text);
    const std::string_view first = trimmed(content.substr(0, content.find('\n')));
    if (first.size() < content.size() && Json::accept(first)) return std::nullopt; // JSON lines
    if (!content.starts_with("{") || content.find("\"examples\"") == std::string_view::npos) return std::nullopt;
    Json document = parseJson(content, name);
    if (!document.contains("examples")) return std::nullopt;
    return document;
}

QuestionSet readDocument(const Json& document, const std::string& name)
{
    const Json& examples = document["examples"];
    if (!examples.is_array()) fail(ErrorCode::BadFile, "{}: 'examples' must be a list", name);
    QuestionSet set;
    for (size_t i = 0; i < examples.size(); ++i) {
        const std::string where = fmt::format("{}: example {}", name, i + 1);
        add(set, readQuestion(examples[i], int64_t(i) + 1, where), where);
    }
    return set;
}

QuestionSet readLines(const std::string& text, const std::string& name)
{
    QuestionSet set;
    forEachJsonLine(text, name, [&](const Json& line, int64_t number, const std::string& where) {
        add(set, readQuestion(line, number, where), where);
    });
    return set;
}

} // namespace

QuestionSet readQuestions(const std::string& text, const std::string& name)
{
    const std::optional<Json> document = wholeDocument(text, name);
    QuestionSet set = document ? readDocument(*document, name) : readLines(text, name);
    if (set.questions.empty()) fail(ErrorCode::BadFile, "{}: there is no question in it", name);
    return set;
}

std::vector<Question> questionsToAsk(const QuestionSet& set, int64_t shots, int64_t most, const std::string& name)
{
    const auto shown = size_t(std::max<int64_t>(0, shots));
    if (shown >= set.questions.size())
        fail(ErrorCode::BadFile, "{}: {} examples leave no question to ask: it holds {}", name, shots, set.questions.size());
    std::string examples;
    for (size_t i = 0; i < shown; ++i)
        examples += set.questions[i].prompt + " " + set.questions[i].solution + "\n\n";
    std::vector<Question> asked(set.questions.begin() + std::ptrdiff_t(shown), set.questions.end());
    if (most > 0 && asked.size() > size_t(most)) asked.resize(size_t(most));
    for (Question& question : asked) question.prompt = examples + question.prompt;
    return asked;
}

std::string questionId(const Question& question)
{
    Fingerprint fingerprint;
    fingerprint.add(question.prompt).add(uint64_t(question.right));
    for (const auto* texts : {&question.choices, &question.answers}) {
        fingerprint.add(uint64_t(texts->size()));
        for (const std::string& text : *texts) fingerprint.add(text);
    }
    return fmt::format("question-{:05}-{}", question.number, fingerprint.hex().substr(0, 8));
}

} // namespace paretoscope
