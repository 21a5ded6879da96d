// Runs chat templates.
#pragma once

#include "core/model/chat/jinja_syntax.h"

#include <map>
#include <string>

namespace paretoscope::jinja {

// What a template prints. Loops, output and nesting are bounded, so that a hostile template ends in an
// Error(BadFile) with its line; `raise_exception` becomes an Error(Unsupported) with its text.
std::string render(const Body& body, const std::map<std::string, Value>& variables);

} // namespace paretoscope::jinja
