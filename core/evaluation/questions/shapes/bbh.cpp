// BIG-Bench Hard (Suzgun et al., arXiv:2210.09261): input and target, such as "(B)" or "True".
#include "core/base/text.h"
#include "core/evaluation/questions/answer_text.h"
#include "core/evaluation/questions/question_fields.h"

namespace paretoscope::question_shapes {

namespace {

bool recognizes(const Json& object)
{
    return anyField(object, {"input"}) && anyField(object, {"target"});
}

Question read(const Json& object, const std::string& where)
{
    Question question;
    question.prompt = "Q: " + textOf(object["input"], "input", where) + "\nA:";
    question.solution = textOf(object["target"], "target", where);
    question.answers = {question.solution};
    return question;
}

bool isLetter(const std::string& text)
{
    return text.size() == 3 && text[0] == '(' && text[2] == ')' && text[1] >= 'A' && text[1] <= 'Z';
}

std::string lastLetter(const std::string& output)
{
    for (size_t at = output.size(); at-- > 0;)
        if (isLetter(output.substr(at, 3))) return output.substr(at, 3);
    return {};
}

// Behind "the answer is", where the output has it; else its first line.
std::string answerIn(const std::string& output)
{
    constexpr std::string_view cue = "the answer is ";
    const size_t at = output.find(cue);
    std::string_view answer = at == std::string::npos ? trimmed(output) : std::string_view(output).substr(at + cue.size());
    answer = trimmed(firstLine(answer));
    if (answer.ends_with('.')) answer.remove_suffix(1);
    return std::string(answer);
}

Judgement judge(const Question& question, const std::string& output)
{
    const std::string& target = question.answers[0];
    const std::string answer = answerIn(output);
    Judgement judgement;
    judgement.right = answer == target;
    judgement.lenient = judgement.right || (isLetter(target) ? lastLetter(output) == target
                                                             : normalizedAnswer(answer) == normalizedAnswer(target));
    return judgement;
}

} // namespace

const QuestionShape& bbh()
{
    static const QuestionShape row{
        "bbh",
        "input and target, alone or in a list 'examples', as BIG-Bench Hard has it: what follows 'the answer is', or the first "
        "line, must be the target; leniently the last '(A)', or the target but for case and articles",
        recognizes, read, judge, {"\n\n", "Q:"}};
    return row;
}

} // namespace paretoscope::question_shapes
