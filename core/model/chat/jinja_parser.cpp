// Statements of chat templates.
#include "core/base/error.h"
#include "core/model/chat/jinja_expressions.h"
#include "core/model/chat/jinja_syntax.h"

#include <algorithm>
#include <initializer_list>

namespace paretoscope::jinja {

namespace {

class Parser {
public:
    explicit Parser(const std::vector<Token>& tokens) : from_(tokens) {}

    Body run()
    {
        Body body = statements({});
        if (from_.peek().kind != TokenKind::End) from_.failHere(fmt::format("'{}' closes nothing", from_.peek(1).text));
        return body;
    }

private:
    using Ends = std::initializer_list<std::string_view>;

    std::unique_ptr<Statement> made(StatementKind kind) const
    {
        auto result = std::make_unique<Statement>();
        result->kind = kind;
        result->line = from_.peek().line;
        return result;
    }

    // Up to a block that begins with one of `ends`, or any "end…" or "else…" when there is none.
    Body statements(Ends ends)
    {
        const ExpressionParser::Depth depth(from_);
        Body body;
        for (;;) {
            const Token& token = from_.peek();
            if (token.kind == TokenKind::End) {
                if (ends.size() > 0) from_.failHere(fmt::format("'{}' is missing", *std::prev(ends.end())));
                return body;
            }
            if (token.kind == TokenKind::BlockBegin && closes(from_.peek(1).text, ends)) return body;
            body.push_back(statement());
        }
    }

    static bool closes(std::string_view name, Ends ends)
    {
        if (ends.size() == 0) return name.starts_with("end") || name == "else" || name == "elif";
        return std::find(ends.begin(), ends.end(), name) != ends.end();
    }

    StatementPtr statement()
    {
        if (from_.peek().kind == TokenKind::Text) {
            auto text = made(StatementKind::Text);
            text->text = from_.take().text;
            return text;
        }
        if (from_.peek().kind == TokenKind::OutputBegin) {
            auto output = made(StatementKind::Output);
            from_.take();
            output->value = from_.expression();
            from_.expect(TokenKind::OutputEnd, "}}");
            return output;
        }
        from_.expect(TokenKind::BlockBegin, "{%");
        const std::string name = from_.expectName();
        if (name == "if") return branch();
        if (name == "for") return loop();
        if (name == "set") return assignment();
        if (name == "macro") return macro();
        if (name == "generation") return group();
        if (name == "break" || name == "continue") {
            auto jump = made(name == "break" ? StatementKind::Break : StatementKind::Continue);
            blockEnd();
            return jump;
        }
        from_.failHere(fmt::format("'{}' is not supported", name));
    }

    void blockEnd() { from_.expect(TokenKind::BlockEnd, "%}"); }
    void end(std::string_view name)
    {
        from_.expect(TokenKind::BlockBegin, "{%");
        if (!from_.acceptName(name)) from_.failHere(fmt::format("'{}' is expected", name));
        blockEnd();
    }

    // Behind "if" or "elif".
    StatementPtr branch()
    {
        const ExpressionParser::Depth depth(from_);
        auto result = made(StatementKind::If);
        result->value = from_.expression();
        blockEnd();
        result->body = statements({"elif", "else", "endif"});
        from_.expect(TokenKind::BlockBegin, "{%");
        if (from_.acceptName("elif")) {
            result->otherwise.push_back(branch());
            return result;
        }
        if (from_.acceptName("else")) {
            blockEnd();
            result->otherwise = statements({"endif"});
            from_.expect(TokenKind::BlockBegin, "{%");
        }
        if (!from_.acceptName("endif")) from_.failHere("'endif' is expected");
        blockEnd();
        return result;
    }

    StatementPtr loop()
    {
        auto result = made(StatementKind::For);
        result->names = from_.names();
        if (!from_.acceptName("in")) from_.failHere("'in' is expected");
        result->value = from_.alternatives();
        if (from_.acceptName("if")) result->filter = from_.expression();
        from_.acceptName("recursive");
        blockEnd();
        result->body = statements({"else", "endfor"});
        from_.expect(TokenKind::BlockBegin, "{%");
        if (from_.acceptName("else")) {
            blockEnd();
            result->otherwise = statements({"endfor"});
            from_.expect(TokenKind::BlockBegin, "{%");
        }
        if (!from_.acceptName("endfor")) from_.failHere("'endfor' is expected");
        blockEnd();
        return result;
    }

    StatementPtr assignment()
    {
        auto result = made(StatementKind::Set);
        ExpressionPtr target = from_.postfix();
        if (target->kind == ExpressionKind::Name && from_.isOperator(",")) {
            auto list = std::make_unique<Expression>();
            list->kind = ExpressionKind::Sequence;
            list->parts.push_back(std::move(target));
            while (from_.acceptOperator(",")) list->parts.push_back(from_.postfix());
            target = std::move(list);
        }
        result->target = std::move(target);
        if (from_.acceptOperator("=")) {
            result->value = from_.expression();
            blockEnd();
            return result;
        }
        blockEnd();
        result->body = statements({"endset"});
        end("endset");
        return result;
    }

    StatementPtr macro()
    {
        auto result = made(StatementKind::Macro);
        result->text = from_.expectName();
        from_.expectOperator("(");
        while (!from_.isOperator(")")) {
            result->names.push_back(from_.expectName());
            result->defaults.push_back(from_.acceptOperator("=") ? from_.expression() : nullptr);
            if (!from_.acceptOperator(",")) break;
        }
        from_.expectOperator(")");
        blockEnd();
        result->body = statements({"endmacro"});
        end("endmacro");
        return result;
    }

    // What a trainer marks as the model's own words prints like everything else.
    StatementPtr group()
    {
        auto result = made(StatementKind::Group);
        blockEnd();
        result->body = statements({"endgeneration"});
        end("endgeneration");
        return result;
    }

    ExpressionParser from_;
};

} // namespace

Body parse(const std::vector<Token>& tokens)
{
    return Parser(tokens).run();
}

} // namespace paretoscope::jinja
