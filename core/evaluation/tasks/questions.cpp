// A user's own test from a file (evaluation/questions/question_set.h).
#include "core/evaluation/questions/question_set.h"

#include "core/base/error.h"
#include "core/evaluation/tasks/choice_questions.h"

#include <algorithm>
#include <memory>

namespace paretoscope::tasks {

namespace {

// What happened to outputs that were not judged for what they say alone.
struct Mishaps {
    int64_t tooLong = 0;  // questions that the context does not hold
    int64_t cutOff = 0;   // answers that did not end
};

AnswerEvidence::Answer ask(const TaskInput& input, const Question& question, Mishaps& mishaps)
{
    const Model& model = *input.pipeline.model;
    AnswerEvidence::Answer answer;
    answer.item = questionId(question);
    GenerationSettings settings;
    settings.stopWords = question.shape->stopWords;
    settings.maxTokens = input.settings.integer("max_tokens");
    if (input.pipeline.promptCompressors.empty()) {
        answer.promptTokens = int64_t(model.tokenizer->encode(question.prompt, true).size());
        const int64_t room = int64_t(model.config.contextLength) - answer.promptTokens;
        if (room < 1) {
            ++mishaps.tooLong;
            return answer; // wrong
        }
        settings.maxTokens = std::min(settings.maxTokens, room);
    }
    const Generation given = generateText(input.pipeline, input.backend, question.prompt, settings, input.job);
    answer.promptTokens = given.promptTokens;
    answer.generatedTokens = int64_t(given.tokens.size());
    answer.output = given.text;
    if (answer.generatedTokens >= settings.maxTokens) ++mishaps.cutOff;
    const Judgement judgement = question.shape->judge(question, given.text);
    answer.score = judgement.right ? 1 : 0;
    if (judgement.lenient) answer.lenientScore = *judgement.lenient ? 1 : 0;
    answer.overlap = judgement.overlap;
    return answer;
}

void addNotes(const TaskInput& input, const QuestionSet& set, const Mishaps& mishaps, size_t asked, Evidence& evidence)
{
    evidence.notes.insert(evidence.notes.end(), set.notes.begin(), set.notes.end());
    if (mishaps.tooLong > 0)
        evidence.notes.push_back(fmt::format("{}: {} of {} questions are longer than the context and count as wrong",
                                             input.textName, mishaps.tooLong, asked));
    if (mishaps.cutOff > 0)
        evidence.notes.push_back(fmt::format("{}: {} of {} answers were cut off before they ended", input.textName,
                                             mishaps.cutOff, asked));
}

void visit(const TaskInput& input, const Question& question, Mishaps& mishaps, Evidence& evidence)
{
    if (question.choices.empty()) {
        if (!evidence.answers) evidence.answers.emplace();
        evidence.answers->answers.push_back(ask(input, question, mishaps));
    } else {
        if (!evidence.choices) evidence.choices.emplace();
        evidence.choices->questions.push_back(
            scoreChoices(input, {questionId(question), question.prompt, question.choices, question.right}));
    }
}

ItemPlan plan(const TaskInput& input)
{
    const Model& model = *input.pipeline.model;
    if (!model.tokenizer) fail(ErrorCode::Unsupported, "'{}' has no tokenizer, so it cannot be asked questions", model.name);
    const auto set = std::make_shared<QuestionSet>(readQuestions(input.text, input.textName));
    const auto questions = std::make_shared<std::vector<Question>>(
        questionsToAsk(*set, input.settings.integer("shots"), input.settings.integer("items"), input.textName));
    const auto mishaps = std::make_shared<Mishaps>();
    ItemPlan plan;
    for (size_t i = 0; i < questions->size(); ++i)
        plan.stages.push_back(fmt::format("question {} of {}", i + 1, questions->size()));
    plan.visit = [&input, set, questions, mishaps](size_t i, Evidence& evidence) {
        visit(input, (*questions)[i], *mishaps, evidence);
    };
    plan.finish = [&input, set, questions, mishaps](Evidence& evidence) {
        addNotes(input, *set, *mishaps, questions->size(), evidence);
    };
    return plan;
}

std::string summary()
{
    std::string text = "Your own questions from a file of JSON lines, or of one of the shapes that published tests have: ";
    for (const QuestionShape* shape : question_shapes::all())
        text += (shape == question_shapes::all().front() ? "" : ", ") + shape->id;
    return text + ".";
}

void check(const std::string& text, const std::string& name)
{
    readQuestions(text, name);
}

} // namespace

const Task& questions()
{
    static const Task row = plannedTask(
        {"questions",
         "Questions from a file",
         summary(),
         {"accuracy", "accuracy_norm", "choice_nll", "calibration_error", "brier_score", "exact_match",
          "lenient_exact_match", "f1", "answer_tokens", "flip_rate", "right_to_wrong_rate", "wrong_to_right_rate"},
         true},
        {Parameter::integer("items", "Questions", 0, 0, 1 << 30, "How many to ask, from the start of the file; 0 asks all."),
         Parameter::integer("shots", "Examples", 0, 0, 100,
                            "The file's first questions that are shown with their answers before each of the others, in "
                            "the order of the file; they are not asked themselves."),
         Parameter::integer("max_tokens", "Longest answer", 256, 1, 1 << 20, "After so many tokens an answer is cut off.")
             .withUnit("tokens")},
        plan, check);
    return row;
}

} // namespace paretoscope::tasks
