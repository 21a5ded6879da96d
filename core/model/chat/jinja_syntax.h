// The syntax tree of a chat template.
#pragma once

#include "core/model/chat/jinja_lexer.h"
#include "core/model/chat/jinja_value.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace paretoscope::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<const Expression>;

enum class ExpressionKind {
    Literal,   // value
    Name,      // text
    Sequence,  // parts: a list
    Mapping,   // parts: key, value, key, value, ...
    Attribute, // parts[0] . text
    Index,     // parts[0] [ parts[1] ]
    Slice,     // parts[0] [ parts[1] : parts[2] : parts[3] ], null where left out
    Call,      // parts[0] ( parts[1...], named )
    Filter,    // parts[0] | text ( parts[1...], named )
    Test,      // parts[0] is text ( parts[1...] )
    Unary,     // text parts[0]
    Binary,    // parts[0] text parts[1]
    Choice,    // parts[0] if parts[1] else parts[2] (null: nothing)
};

struct Expression {
    ExpressionKind kind = ExpressionKind::Literal;
    int line = 1;
    std::string text;
    Value value;
    std::vector<ExpressionPtr> parts;
    std::vector<std::pair<std::string, ExpressionPtr>> named;
};

struct Statement;
using StatementPtr = std::unique_ptr<const Statement>;
using Body = std::vector<StatementPtr>;

enum class StatementKind { Text, Output, If, For, Set, Macro, Group, Break, Continue };

struct Statement {
    StatementKind kind = StatementKind::Text;
    int line = 1;
    std::string text;                // Text; name of a Macro
    ExpressionPtr value;             // Output, If, For (what is gone through), Set; null: Set takes its body
    ExpressionPtr target;            // Set: a name, an attribute or a list of names
    ExpressionPtr filter;            // For: which items count, may be null
    std::vector<std::string> names;  // of a For's items or a Macro's parameters
    std::vector<ExpressionPtr> defaults; // of parameters, null where there is none
    Body body, otherwise;            // If and For
};

// Error(BadFile) with the line; also for templates that nest too deeply.
Body parse(const std::vector<Token>& tokens);

} // namespace paretoscope::jinja
