// A text cut into disjoint windows of tokens (methods/reasoning_eval_vision.md, protocols 1 and 4).
#pragma once

#include "core/evaluation/task.h"

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope::tasks {

// window, max_windows, begin_token: what `textWindows` reads.
std::vector<Parameter> textWindowParameters();

// Token ids of each window, with the begin token where the settings ask for it; every token after
// a window's first is scored. Error(Unsupported) without a tokenizer, Error(BadFile) for a text
// without two tokens.
std::vector<std::vector<int32_t>> textWindows(const TaskInput& input);

// The same item in every run: "window-00012".
std::string windowName(size_t index);

} // namespace paretoscope::tasks
