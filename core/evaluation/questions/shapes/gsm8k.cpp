// Grade-school mathematics (Cobbe et al., arXiv:2110.14168): a solution in steps that ends in "#### 18".
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/evaluation/questions/answer_text.h"
#include "core/evaluation/questions/question_fields.h"

namespace paretoscope::question_shapes {

namespace {

constexpr std::string_view mark = "####";

bool recognizes(const Json& object)
{
    const Json* answer = anyField(object, {"answer"});
    return answer && answer->is_string() && answer->get_ref<const std::string&>().find(mark) != std::string::npos;
}

Question read(const Json& object, const std::string& where)
{
    Question question;
    question.prompt = questionPrompt(object, where);
    question.solution = textOf(object["answer"], "answer", where);
    const std::string number = normalizedNumber(question.solution.substr(question.solution.rfind(mark) + mark.size()));
    if (number.empty()) fail(ErrorCode::BadFile, "{}: 'answer' has no number after '####'", where);
    question.answers = {number};
    return question;
}

// Strictly: the number after the first "####". Leniently: the last number of the output.
Judgement judge(const Question& question, const std::string& output)
{
    Judgement judgement;
    const size_t at = output.find(mark);
    if (at != std::string::npos) {
        const std::string number = leadingNumber(std::string_view(output).substr(at + mark.size()));
        judgement.right = !number.empty() && normalizedNumber(number) == question.answers[0];
    }
    judgement.lenient = normalizedNumber(lastNumber(output)) == question.answers[0];
    return judgement;
}

} // namespace

const QuestionShape& gsm8k()
{
    static const QuestionShape row{
        "gsm8k",
        "question and answer, whose last line is '#### 18', as GSM8K has it: the number after '####' counts, leniently the "
        "output's last number",
        recognizes, read, judge, {"Question:"}};
    return row;
}

} // namespace paretoscope::question_shapes
