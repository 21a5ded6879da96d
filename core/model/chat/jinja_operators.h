// Operators of chat templates; errors are Error(BadFile) without a line.
#pragma once

#include "core/model/chat/jinja_value.h"

#include <cstdint>
#include <optional>
#include <string>

namespace paretoscope::jinja {

Value applyUnary(const std::string& name, const Value& value);
Value applyBinary(const std::string& name, const Value& left, const Value& right); // not "and", "or"
// As in Python: bounds below 0 count from the end, the step may be negative.
Value applySlice(const Value& value, std::optional<int64_t> begin, std::optional<int64_t> end, std::optional<int64_t> step);

} // namespace paretoscope::jinja
