// Answers to the same question in several wordings.
#pragma once

#include "core/evaluation/evidence.h"

#include <map>
#include <string>
#include <vector>

namespace paretoscope::metrics {

// By question ("reworded-passage-test-00042"): its answers, the plain wording ("-0") first; only questions that have it.
inline std::map<std::string, std::vector<const AnswerEvidence::Answer*>> wordingsOf(const Evidence& evidence)
{
    std::map<std::string, std::vector<const AnswerEvidence::Answer*>> groups;
    if (!evidence.answers) return groups;
    for (const AnswerEvidence::Answer& answer : evidence.answers->answers) {
        if (!answer.item.starts_with("reworded-")) continue;
        auto& group = groups[answer.item.substr(0, answer.item.rfind('-'))];
        group.insert(answer.item.ends_with("-0") ? group.begin() : group.end(), &answer);
    }
    std::erase_if(groups, [](const auto& group) { return !group.second.front()->item.ends_with("-0"); });
    return groups;
}

} // namespace paretoscope::metrics
