// The part of the parser that reads expressions, by falling precedence.
#pragma once

#include "core/model/chat/jinja_syntax.h"

#include <string_view>

namespace paretoscope::jinja {

class ExpressionParser {
public:
    explicit ExpressionParser(const std::vector<Token>& tokens) : tokens_(tokens) {}

    ExpressionPtr expression(); // with if and else
    ExpressionPtr alternatives(); // without
    ExpressionPtr postfix();
    // Names with commas between them: "a" or "a, b".
    std::vector<std::string> names();

    const Token& peek(size_t ahead = 0) const;
    Token take();
    bool isOperator(std::string_view text, size_t ahead = 0) const;
    bool isName(std::string_view text, size_t ahead = 0) const;
    bool acceptOperator(std::string_view text);
    bool acceptName(std::string_view text);
    void expectOperator(std::string_view text);
    std::string expectName();
    void expect(TokenKind kind, const char* what);
    [[noreturn]] void failHere(const std::string& why) const;

    // Counts how deep a template nests; Error(BadFile) beyond what the stack allows.
    class Depth {
    public:
        explicit Depth(ExpressionParser& parser);
        ~Depth() { --parser_.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

    private:
        ExpressionParser& parser_;
    };

private:
    std::unique_ptr<Expression> made(ExpressionKind kind, std::string text = {}) const;
    ExpressionPtr binary(std::string text, ExpressionPtr left, ExpressionPtr right) const;
    ExpressionPtr conjunction();
    ExpressionPtr negation();
    ExpressionPtr comparison();
    ExpressionPtr sum();
    ExpressionPtr concatenation();
    ExpressionPtr product();
    ExpressionPtr unary();
    ExpressionPtr power();
    ExpressionPtr primary();
    ExpressionPtr inBrackets();
    ExpressionPtr listOrTuple(std::string_view close, bool tuple);
    ExpressionPtr dict();
    ExpressionPtr withFilters(ExpressionPtr value);
    ExpressionPtr filter(ExpressionPtr value);
    ExpressionPtr test(ExpressionPtr value);
    ExpressionPtr subscript(ExpressionPtr value);
    void arguments(Expression& call);

    const std::vector<Token>& tokens_;
    size_t at_ = 0;
    int depth_ = 0;
};

} // namespace paretoscope::jinja
