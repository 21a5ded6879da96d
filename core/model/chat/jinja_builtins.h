// Filters, tests, methods of texts and dictionaries, and functions of chat templates.
#pragma once

#include "core/model/chat/jinja_value.h"

#include <string>

namespace paretoscope::jinja {

// Each throws Error(Unsupported) for a name that is not known and Error(BadFile) for values that it
// cannot work on; the caller adds the line.
Value applyFilter(const std::string& name, const Value& value, const Arguments& arguments, const NamedArguments& named);
bool applyTest(const std::string& name, const Value& value, const Arguments& arguments);
Value callMethod(const Value& value, const std::string& name, const Arguments& arguments);
Value rangeOf(const Arguments& arguments);

// a in b: an item of a list, a key of a dictionary, a part of a text.
bool contains(const Value& whole, const Value& part);
// "a.b" and "a['b']"; undefined where there is none.
Value memberOf(const Value& value, const Value& key);
std::string trimmedText(const std::string& text, const std::string& characters, bool left, bool right);
// Items of a list, keys of a dictionary, characters of a text.
List itemsOf(const Value& value);

} // namespace paretoscope::jinja
