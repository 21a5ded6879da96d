// A user's own test: questions from a file of JSON lines, in the shapes that published tests have.
// One shape a file in evaluation/questions/shapes/, one line in evaluation/CMakeLists.txt.
//
// Protocols: methods/reasoning_eval_vision.md, H: mc-loglik, exact-match. Pure.
#pragma once

#include "core/base/json_forward.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct Judgement {
    bool right = false;             // as the test's own rules have it
    std::optional<bool> lenient;    // found anywhere in the output; nothing where there is no such rule
    std::optional<double> overlap;  // F1 of words; nothing where answers are no texts
};

struct Question;

struct QuestionShape {
    std::string id;          // "gsm8k"
    std::string description; // fields, and how an output is judged
    bool (*recognizes)(const Json& object);
    // Error(BadFile) names `where` and the field.
    Question (*read)(const Json& object, const std::string& where);
    // Of questions without choices: what an output is worth, and where it ends.
    Judgement (*judge)(const Question& question, const std::string& output) = nullptr;
    std::vector<std::string> stopWords;
};

namespace question_shapes {
std::span<const QuestionShape* const> all(); // the first that recognizes an object reads it
} // namespace question_shapes

struct Question {
    const QuestionShape* shape = nullptr;
    int64_t number = 0;               // line of the file, or place in its list of examples, from 1
    std::string prompt;               // ends where the answer begins, without a space
    std::string solution;             // the whole answer, as an example shows it
    std::vector<std::string> choices; // empty, or two and more
    size_t right = 0;                 // of the choices
    std::vector<std::string> answers; // right ones; without choices one or more
};

struct QuestionSet {
    std::vector<Question> questions;
    std::vector<std::string> notes; // about what was left out
};

// JSON lines, or one JSON object with a list "examples". `name` is the file's, for errors:
// Error(BadFile) "F: line 3: ...". A question with two equal choices is left out with a note.
QuestionSet readQuestions(const std::string& text, const std::string& name);

// The questions to ask: the first `shots` of the set are shown, in the order of the file, before each
// of the others, and not asked themselves; of these the first `most` (0 = all). Prompts then hold the
// examples. Error(BadFile) when no question is left.
std::vector<Question> questionsToAsk(const QuestionSet& set, int64_t shots, int64_t most, const std::string& name);

// "question-00012-1a2b3c4d": number, and a fingerprint of prompt and answers, so that equal ids are
// equal questions.
std::string questionId(const Question& question);

} // namespace paretoscope
