#include "core/model/chat/jinja_expressions.h"

#include "core/base/error.h"

#include <array>
#include <charconv>

namespace paretoscope::jinja {

namespace {

constexpr int deepest = 120; // of expressions and blocks inside each other

} // namespace

ExpressionParser::Depth::Depth(ExpressionParser& parser) : parser_(parser)
{
    if (++parser_.depth_ > deepest) parser_.failHere("it nests too deeply");
}

const Token& ExpressionParser::peek(size_t ahead) const
{
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token ExpressionParser::take()
{
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
}

bool ExpressionParser::isOperator(std::string_view text, size_t ahead) const
{
    return peek(ahead).kind == TokenKind::Operator && peek(ahead).text == text;
}

bool ExpressionParser::isName(std::string_view text, size_t ahead) const
{
    return peek(ahead).kind == TokenKind::Name && peek(ahead).text == text;
}

bool ExpressionParser::acceptOperator(std::string_view text)
{
    return isOperator(text) ? (take(), true) : false;
}

bool ExpressionParser::acceptName(std::string_view text)
{
    return isName(text) ? (take(), true) : false;
}

void ExpressionParser::expectOperator(std::string_view text)
{
    if (!acceptOperator(text)) failHere(fmt::format("'{}' is expected", text));
}

std::string ExpressionParser::expectName()
{
    if (peek().kind != TokenKind::Name) failHere("a name is expected");
    return take().text;
}

void ExpressionParser::expect(TokenKind kind, const char* what)
{
    if (peek().kind != kind) failHere(fmt::format("'{}' is expected", what));
    take();
}

void ExpressionParser::failHere(const std::string& why) const
{
    fail(ErrorCode::BadFile, "chat template, line {}: {}", peek().line, why);
}

std::unique_ptr<Expression> ExpressionParser::made(ExpressionKind kind, std::string text) const
{
    auto result = std::make_unique<Expression>();
    result->kind = kind;
    result->line = peek().line;
    result->text = std::move(text);
    return result;
}

ExpressionPtr ExpressionParser::binary(std::string text, ExpressionPtr left, ExpressionPtr right) const
{
    auto result = made(ExpressionKind::Binary, std::move(text));
    result->parts.push_back(std::move(left));
    result->parts.push_back(std::move(right));
    return result;
}

std::vector<std::string> ExpressionParser::names()
{
    std::vector<std::string> result;
    const bool bracket = acceptOperator("(");
    do result.push_back(expectName());
    while (acceptOperator(","));
    if (bracket) expectOperator(")");
    return result;
}

ExpressionPtr ExpressionParser::expression()
{
    const Depth depth(*this);
    ExpressionPtr value = alternatives();
    while (acceptName("if")) {
        auto choice = made(ExpressionKind::Choice);
        choice->parts.push_back(std::move(value));
        choice->parts.push_back(alternatives());
        choice->parts.push_back(acceptName("else") ? expression() : nullptr);
        value = std::move(choice);
    }
    return value;
}

ExpressionPtr ExpressionParser::alternatives()
{
    ExpressionPtr value = conjunction();
    while (acceptName("or")) value = binary("or", std::move(value), conjunction());
    return value;
}

ExpressionPtr ExpressionParser::conjunction()
{
    ExpressionPtr value = negation();
    while (acceptName("and")) value = binary("and", std::move(value), negation());
    return value;
}

ExpressionPtr ExpressionParser::negation()
{
    if (!acceptName("not")) return comparison();
    const Depth depth(*this);
    auto result = made(ExpressionKind::Unary, "not");
    result->parts.push_back(negation());
    return result;
}

// From left to right; Python's "a < b < c" is rarely meant and not read as such.
ExpressionPtr ExpressionParser::comparison()
{
    ExpressionPtr value = sum();
    for (;;) {
        std::string text;
        constexpr std::array<std::string_view, 6> operators{"==", "!=", "<=", ">=", "<", ">"};
        for (const std::string_view each : operators)
            if (text.empty() && acceptOperator(each)) text = each;
        if (text.empty() && acceptName("in")) text = "in";
        if (text.empty() && isName("not") && isName("in", 1)) {
            take(), take();
            text = "not in";
        }
        if (text.empty()) return value;
        value = binary(std::move(text), std::move(value), sum());
    }
}

ExpressionPtr ExpressionParser::sum()
{
    ExpressionPtr value = concatenation();
    while (isOperator("+") || isOperator("-")) {
        std::string text = take().text;
        value = binary(std::move(text), std::move(value), concatenation());
    }
    return value;
}

ExpressionPtr ExpressionParser::concatenation()
{
    ExpressionPtr value = product();
    while (acceptOperator("~")) value = binary("~", std::move(value), product());
    return value;
}

ExpressionPtr ExpressionParser::product()
{
    ExpressionPtr value = unary();
    while (isOperator("*") || isOperator("/") || isOperator("//") || isOperator("%")) {
        std::string text = take().text;
        value = binary(std::move(text), std::move(value), unary());
    }
    return value;
}

ExpressionPtr ExpressionParser::unary()
{
    if (!isOperator("-") && !isOperator("+")) return power();
    const Depth depth(*this);
    auto result = made(ExpressionKind::Unary, take().text);
    result->parts.push_back(unary());
    return result;
}

ExpressionPtr ExpressionParser::power()
{
    ExpressionPtr value = withFilters(postfix());
    if (!acceptOperator("**")) return value;
    const Depth depth(*this);
    return binary("**", std::move(value), unary());
}

ExpressionPtr ExpressionParser::withFilters(ExpressionPtr value)
{
    for (;;) {
        if (acceptOperator("|")) value = filter(std::move(value));
        else if (acceptName("is")) value = test(std::move(value));
        else return value;
    }
}

ExpressionPtr ExpressionParser::filter(ExpressionPtr value)
{
    auto result = made(ExpressionKind::Filter, expectName());
    result->parts.push_back(std::move(value));
    if (isOperator("(")) arguments(*result);
    return result;
}

ExpressionPtr ExpressionParser::test(ExpressionPtr value)
{
    const bool negated = acceptName("not");
    auto result = made(ExpressionKind::Test, expectName());
    result->parts.push_back(std::move(value));
    const TokenKind next = peek().kind;
    if (isOperator("(")) arguments(*result);
    else if (next == TokenKind::String || next == TokenKind::Integer || next == TokenKind::Real) result->parts.push_back(primary());
    if (!negated) return result;
    auto negation = made(ExpressionKind::Unary, "not");
    negation->parts.push_back(std::move(result));
    return negation;
}

ExpressionPtr ExpressionParser::postfix()
{
    ExpressionPtr value = primary();
    for (;;) {
        if (acceptOperator(".")) {
            auto attribute = made(ExpressionKind::Attribute, peek().kind == TokenKind::Integer ? take().text : expectName());
            attribute->parts.push_back(std::move(value));
            value = std::move(attribute);
        } else if (acceptOperator("[")) {
            value = subscript(std::move(value));
        } else if (isOperator("(")) {
            auto call = made(ExpressionKind::Call);
            call->parts.push_back(std::move(value));
            arguments(*call);
            value = std::move(call);
        } else {
            return value;
        }
    }
}

ExpressionPtr ExpressionParser::subscript(ExpressionPtr value)
{
    auto result = made(ExpressionKind::Index);
    result->parts.push_back(std::move(value));
    result->parts.push_back(isOperator(":") ? nullptr : expression());
    if (isOperator(":")) result->kind = ExpressionKind::Slice;
    while (result->kind == ExpressionKind::Slice && result->parts.size() < 4 && acceptOperator(":"))
        result->parts.push_back(isOperator(":") || isOperator("]") ? nullptr : expression());
    if (result->kind == ExpressionKind::Slice) result->parts.resize(4);
    expectOperator("]");
    return result;
}

void ExpressionParser::arguments(Expression& call)
{
    expectOperator("(");
    while (!isOperator(")")) {
        if (peek().kind == TokenKind::Name && isOperator("=", 1)) {
            std::string name = take().text;
            take();
            call.named.emplace_back(std::move(name), expression());
        } else {
            call.parts.push_back(expression());
        }
        if (!acceptOperator(",")) break;
    }
    expectOperator(")");
}

ExpressionPtr ExpressionParser::primary()
{
    const Depth depth(*this);
    const Token& token = peek();
    auto literal = made(ExpressionKind::Literal);
    switch (token.kind) {
    case TokenKind::String: {
        std::string text;
        while (peek().kind == TokenKind::String) text += take().text; // neighbours are one text
        literal->value = std::move(text);
        return literal;
    }
    case TokenKind::Integer:
    case TokenKind::Real: {
        double number = 0;
        int64_t whole = 0;
        const std::string text = take().text;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (token.kind == TokenKind::Integer && read.ec == std::errc()) literal->value = whole;
        else if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) literal->value = number;
        else failHere("a number is too large");
        return literal;
    }
    case TokenKind::Name: break;
    default: return inBrackets();
    }
    const std::string name = take().text;
    if (name == "true" || name == "True") literal->value = true;
    else if (name == "false" || name == "False") literal->value = false;
    else if (name == "none" || name == "None") literal->value = None{};
    else return made(ExpressionKind::Name, name);
    return literal;
}

ExpressionPtr ExpressionParser::inBrackets()
{
    if (acceptOperator("[")) return listOrTuple("]", false);
    if (acceptOperator("(")) return listOrTuple(")", true);
    if (acceptOperator("{")) return dict();
    failHere(peek().text.empty() ? "an expression is expected" : fmt::format("'{}' is not expected here", peek().text));
}

// One expression in round brackets is itself.
ExpressionPtr ExpressionParser::listOrTuple(std::string_view close, bool tuple)
{
    auto result = made(ExpressionKind::Sequence);
    bool comma = false;
    while (!isOperator(close)) {
        result->parts.push_back(expression());
        if (!acceptOperator(",")) break;
        comma = true;
    }
    expectOperator(close);
    if (tuple && !comma && result->parts.size() == 1) return std::move(result->parts.front());
    return result;
}

ExpressionPtr ExpressionParser::dict()
{
    auto result = made(ExpressionKind::Mapping);
    while (!isOperator("}")) {
        result->parts.push_back(expression());
        expectOperator(":");
        result->parts.push_back(expression());
        if (!acceptOperator(",")) break;
    }
    expectOperator("}");
    return result;
}

} // namespace paretoscope::jinja
