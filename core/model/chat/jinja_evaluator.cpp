#include "core/model/chat/jinja_evaluator.h"

#include "core/base/error.h"
#include "core/model/chat/jinja_builtins.h"
#include "core/model/chat/jinja_operators.h"

#include <chrono>
#include <ctime>
#include <optional>

namespace paretoscope::jinja {

namespace {

constexpr int64_t mostSteps = 1'000'000;
constexpr int64_t stepsOfIteration = 10; // which makes a loop variable
constexpr size_t mostOutput = size_t{16} << 20;
constexpr int deepestCalls = 60;

enum class Flow { On, Break, Continue };
using Scope = std::map<std::string, Value>;

class Evaluator {
public:
    explicit Evaluator(const std::map<std::string, Value>& variables) : scopes_{{}, variables}
    {
        scopes_[0]["range"] = Callable([](const Arguments& arguments, const NamedArguments&) { return rangeOf(arguments); });
        const Callable dict = [](const Arguments&, const NamedArguments& named) {
            Dict made;
            for (const auto& [key, value] : named) made.set(key, value);
            return Value(std::move(made));
        };
        scopes_[0]["namespace"] = dict;
        scopes_[0]["dict"] = dict;
        scopes_[0]["raise_exception"] = Callable([](const Arguments& arguments, const NamedArguments&) -> Value {
            raise(arguments.empty() ? "" : arguments[0].printed());
        });
        scopes_[0]["strftime_now"] = Callable([](const Arguments& arguments, const NamedArguments&) { return now(arguments); });
    }

    std::string run(const Body& body)
    {
        execute(body);
        return std::move(output_);
    }

private:
    // An error that a template raised itself, which needs no line.
    [[noreturn]] static void raise(const std::string& text)
    {
        fail(ErrorCode::Unsupported, "the chat template refuses: {}", text);
    }

    static Value now(const Arguments& arguments)
    {
        const std::time_t time = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        std::tm parts{};
        localtime_r(&time, &parts);
        char text[128] = "";
        const std::string format = arguments.empty() ? "%Y-%m-%d" : arguments[0].printed();
        const size_t length = std::strftime(text, sizeof text, format.c_str(), &parts);
        return std::string(text, length);
    }

    void step(int line, int64_t steps = 1)
    {
        steps_ += steps;
        if (steps_ > mostSteps) fail(ErrorCode::BadFile, "chat template, line {}: it does not come to an end", line);
    }

    void print(const std::string& text, int line)
    {
        if (output_.size() + text.size() > mostOutput) fail(ErrorCode::BadFile, "chat template, line {}: it prints too much", line);
        output_ += text;
    }

    // --- statements

    Flow execute(const Body& body)
    {
        for (const StatementPtr& statement : body)
            if (const Flow flow = execute(*statement); flow != Flow::On) return flow;
        return Flow::On;
    }

    Flow execute(const Statement& statement)
    {
        step(statement.line);
        switch (statement.kind) {
        case StatementKind::Text: print(statement.text, statement.line); return Flow::On;
        case StatementKind::Output: print(evaluate(*statement.value).printed(), statement.line); return Flow::On;
        case StatementKind::If: return execute(evaluate(*statement.value).truth() ? statement.body : statement.otherwise);
        case StatementKind::For: return loop(statement);
        case StatementKind::Set: set(statement); return Flow::On;
        case StatementKind::Macro: define(statement); return Flow::On;
        case StatementKind::Group: return execute(statement.body);
        case StatementKind::Break: return Flow::Break;
        case StatementKind::Continue: return Flow::Continue;
        }
        return Flow::On;
    }

    void bind(const std::vector<std::string>& names, const Value& item, int line)
    {
        if (names.size() == 1) {
            scopes_.back()[names[0]] = item;
            return;
        }
        const List parts = itemsOf(item);
        if (parts.size() != names.size())
            fail(ErrorCode::BadFile, "chat template, line {}: {} names for {} values", line, names.size(), parts.size());
        for (size_t i = 0; i < names.size(); ++i) scopes_.back()[names[i]] = parts[i];
    }

    List loopItems(const Statement& statement)
    {
        List items;
        const Value value = evaluate(*statement.value);
        for (Value& item : guarded(statement.line, [&] { return itemsOf(value); })) {
            if (!statement.filter) {
                items.push_back(std::move(item));
                continue;
            }
            scopes_.emplace_back();
            bind(statement.names, item, statement.line);
            const bool counts = evaluate(*statement.filter).truth();
            scopes_.pop_back();
            if (counts) items.push_back(std::move(item));
        }
        return items;
    }

    static Value loopVariable(const List& items, size_t i)
    {
        const auto count = int64_t(items.size()), index = int64_t(i);
        Dict loop;
        loop.entries = {{"index", index + 1},         {"index0", index},       {"first", i == 0},
                        {"last", index + 1 == count}, {"length", count},       {"revindex", count - index},
                        {"revindex0", count - index - 1},
                        {"previtem", i > 0 ? items[i - 1] : Value(Undefined{"loop.previtem"})},
                        {"nextitem", i + 1 < items.size() ? items[i + 1] : Value(Undefined{"loop.nextitem"})}};
        loop.set("cycle", Callable([i](const Arguments& arguments, const NamedArguments&) {
                     return arguments.empty() ? Value() : arguments[i % arguments.size()];
                 }));
        return loop;
    }

    Flow loop(const Statement& statement)
    {
        const List items = loopItems(statement);
        if (items.empty()) return execute(statement.otherwise);
        step(statement.line, int64_t(items.size()));
        for (size_t i = 0; i < items.size(); ++i) {
            step(statement.line, stepsOfIteration);
            scopes_.emplace_back();
            scopes_.back()["loop"] = loopVariable(items, i);
            bind(statement.names, items[i], statement.line);
            const Flow flow = execute(statement.body);
            scopes_.pop_back();
            if (flow == Flow::Break) break;
        }
        return Flow::On;
    }

    // What a body prints, in place of printing it.
    std::string captured(const Body& body)
    {
        std::string kept = std::move(output_);
        output_.clear();
        execute(body);
        std::swap(kept, output_);
        return kept;
    }

    void set(const Statement& statement)
    {
        Value value = statement.value ? evaluate(*statement.value) : Value(captured(statement.body));
        const Expression& target = *statement.target;
        if (target.kind == ExpressionKind::Name) {
            scopes_.back()[target.text] = std::move(value);
        } else if (target.kind == ExpressionKind::Attribute) {
            const Value owner = evaluate(*target.parts[0]);
            if (!owner.dict()) fail(ErrorCode::BadFile, "chat template, line {}: only a namespace takes attributes", statement.line);
            owner.dict()->set(target.text, std::move(value));
        } else if (target.kind == ExpressionKind::Sequence) {
            std::vector<std::string> names;
            for (const ExpressionPtr& part : target.parts) names.push_back(part->text);
            bind(names, value, statement.line);
        } else {
            fail(ErrorCode::BadFile, "chat template, line {}: nothing can be set there", statement.line);
        }
    }

    void define(const Statement& statement)
    {
        scopes_.back()[statement.text] = Callable([this, &statement](const Arguments& arguments, const NamedArguments& named) -> Value {
            if (++calls_ > deepestCalls) fail(ErrorCode::BadFile, "chat template, line {}: macros call each other too deeply", statement.line);
            Scope scope;
            for (size_t i = 0; i < statement.names.size(); ++i) {
                const auto given = named.find(statement.names[i]);
                if (i < arguments.size()) scope[statement.names[i]] = arguments[i];
                else if (given != named.end()) scope[statement.names[i]] = given->second;
                else if (statement.defaults[i]) scope[statement.names[i]] = evaluate(*statement.defaults[i]);
                else scope[statement.names[i]] = Undefined{statement.names[i]};
            }
            scopes_.push_back(std::move(scope));
            std::string text = captured(statement.body);
            scopes_.pop_back();
            --calls_;
            return text;
        });
    }

    // --- expressions

    // Adds the line to what a filter or a method complains about.
    template <class Work> auto guarded(int line, const Work& work) -> decltype(work())
    {
        try {
            return work();
        } catch (const Error& error) {
            const std::string what = error.what();
            if (what.starts_with("chat template") || what.starts_with("the chat template")) throw;
            fail(error.code(), "chat template, line {}: {}", line, what);
        }
    }

    Value evaluate(const Expression& expression)
    {
        step(expression.line);
        return guarded(expression.line, [&] { return evaluated(expression); });
    }

    Value evaluated(const Expression& e)
    {
        switch (e.kind) {
        case ExpressionKind::Literal: return e.value;
        case ExpressionKind::Name: return lookUp(e.text);
        case ExpressionKind::Sequence: return listOf(e.parts, 0);
        case ExpressionKind::Mapping: return dictOf(e);
        case ExpressionKind::Attribute: return attribute(e);
        case ExpressionKind::Index: return memberOf(evaluate(*e.parts[0]), evaluate(*e.parts[1]));
        case ExpressionKind::Slice: return slice(e);
        case ExpressionKind::Call: return call(e);
        case ExpressionKind::Filter: return applyFilter(e.text, evaluate(*e.parts[0]), listOf(e.parts, 1), namedOf(e));
        case ExpressionKind::Test: return applyTest(e.text, evaluate(*e.parts[0]), listOf(e.parts, 1));
        case ExpressionKind::Unary: return applyUnary(e.text, evaluate(*e.parts[0]));
        case ExpressionKind::Binary: return binary(e);
        case ExpressionKind::Choice:
            if (evaluate(*e.parts[1]).truth()) return evaluate(*e.parts[0]);
            return e.parts[2] ? evaluate(*e.parts[2]) : Value();
        }
        return {};
    }

    Value lookUp(const std::string& name) const
    {
        for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
            if (const auto found = scope->find(name); found != scope->end()) return found->second;
        return Undefined{name};
    }

    List listOf(const std::vector<ExpressionPtr>& parts, size_t begin)
    {
        List values;
        for (size_t i = begin; i < parts.size(); ++i) values.push_back(evaluate(*parts[i]));
        return values;
    }

    NamedArguments namedOf(const Expression& e)
    {
        NamedArguments named;
        for (const auto& [name, value] : e.named) named[name] = evaluate(*value);
        return named;
    }

    Value dictOf(const Expression& e)
    {
        Dict dict;
        for (size_t i = 0; i + 1 < e.parts.size(); i += 2) dict.set(evaluate(*e.parts[i]).printed(), evaluate(*e.parts[i + 1]));
        return dict;
    }

    Value attribute(const Expression& e)
    {
        const Value owner = evaluate(*e.parts[0]);
        const bool number = !e.text.empty() && e.text.find_first_not_of("0123456789") == std::string::npos && e.text.size() < 10;
        return memberOf(owner, number ? Value(int64_t(std::stoll(e.text))) : Value(e.text));
    }

    Value slice(const Expression& e)
    {
        std::optional<int64_t> bounds[3];
        for (size_t i = 0; i < 3; ++i) {
            if (!e.parts[i + 1]) continue;
            const Value bound = evaluate(*e.parts[i + 1]);
            if (bound.isNone()) continue;
            if (!bound.integer()) fail(ErrorCode::BadFile, "a slice takes integers");
            bounds[i] = *bound.integer();
        }
        return applySlice(evaluate(*e.parts[0]), bounds[0], bounds[1], bounds[2]);
    }

    Value call(const Expression& e)
    {
        const Expression& callee = *e.parts[0];
        if (callee.kind == ExpressionKind::Attribute) {
            const Value owner = evaluate(*callee.parts[0]);
            const Value member = owner.dict() ? memberOf(owner, Value(callee.text)) : Value();
            if (!member.callable()) {
                if (owner.isUndefined()) fail(ErrorCode::BadFile, "'{}' is not defined", owner.undefinedName());
                return callMethod(owner, callee.text, listOf(e.parts, 1));
            }
            return (*member.callable())(listOf(e.parts, 1), namedOf(e));
        }
        const Value function = evaluate(callee);
        if (!function.callable()) fail(ErrorCode::BadFile, "'{}' cannot be called", callee.text);
        return (*function.callable())(listOf(e.parts, 1), namedOf(e));
    }

    Value binary(const Expression& e)
    {
        Value left = evaluate(*e.parts[0]);
        if (e.text == "and") return left.truth() ? evaluate(*e.parts[1]) : left;
        if (e.text == "or") return left.truth() ? left : evaluate(*e.parts[1]);
        return applyBinary(e.text, left, evaluate(*e.parts[1]));
    }

    std::vector<Scope> scopes_;
    std::string output_;
    int64_t steps_ = 0;
    int calls_ = 0;
};

} // namespace

std::string render(const Body& body, const std::map<std::string, Value>& variables)
{
    return Evaluator(variables).run(body);
}

} // namespace paretoscope::jinja
