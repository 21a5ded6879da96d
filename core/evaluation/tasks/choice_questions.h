// Questions with several choices: how likely a pipeline finds each
// (methods/reasoning_eval_vision.md, H: mc-loglik).
#pragma once

#include "core/evaluation/task.h"

#include <string>
#include <vector>

namespace paretoscope::tasks {

struct ChoiceQuestion {
    std::string item;
    std::string context;              // ends where a choice begins, without a space
    std::vector<std::string> choices; // without the space before them
    size_t right = 0;
};

// Log-likelihood of every choice after the context and one space. Both are encoded as one text, and
// what is beyond the context's length is cut off at the left. Error(Unsupported) without a tokenizer,
// Error(BadFile) where the model's output is not a number.
ChoiceEvidence::Question scoreChoices(const TaskInput& input, const ChoiceQuestion& question);

} // namespace paretoscope::tasks
