// Questions with one or more right answers in words, as SQuAD (Rajpurkar et al., arXiv:1606.05250).
#include "core/evaluation/questions/answer_text.h"
#include "core/evaluation/questions/question_fields.h"

#include <algorithm>

namespace paretoscope::question_shapes {

namespace {

bool recognizes(const Json& object)
{
    return anyField(object, {"question"}) && anyField(object, {"answer", "answers"});
}

Question read(const Json& object, const std::string& where)
{
    Question question;
    question.prompt = questionPrompt(object, where);
    const Json& given = *anyField(object, {"answers", "answer"});
    const Json& texts = given.is_object() ? requireField(given, "text", where) : given;
    question.answers = textsOf(texts, "answer", where);
    question.solution = question.answers.front();
    return question;
}

Judgement judge(const Question& question, const std::string& output)
{
    const std::string given = normalizedAnswer(firstLine(output));
    Judgement judgement;
    judgement.overlap = 0;
    for (const std::string& answer : question.answers) {
        judgement.right = judgement.right || given == normalizedAnswer(answer);
        judgement.overlap = std::max(*judgement.overlap, wordOverlap(firstLine(output), answer));
    }
    return judgement;
}

} // namespace

const QuestionShape& answers()
{
    static const QuestionShape row{
        "answers",
        "question and answer, or a list of answers, with a context where there is one, as SQuAD has it: the first line must be "
        "an answer but for case, punctuation and articles; F1 counts shared words",
        recognizes, read, judge, {"\n"}};
    return row;
}

} // namespace paretoscope::question_shapes
