// How shapes read fields that may come from anywhere.
#pragma once

#include "core/base/json.h"
#include "core/evaluation/questions/question_set.h"

#include <string>
#include <vector>

namespace paretoscope {

// The first of the names that the object has, else null.
const Json* anyField(const Json& object, std::initializer_list<const char*> names);
// A text or a number, trimmed. Error(BadFile) when it is something else or empty.
std::string textOf(const Json& value, const std::string& field, const std::string& where);
// One or more of them.
std::vector<std::string> textsOf(const Json& value, const std::string& field, const std::string& where);

// "Question: ...\nAnswer:", after the object's "context" or "passage" where it has one.
std::string questionPrompt(const Json& object, const std::string& where);

} // namespace paretoscope
