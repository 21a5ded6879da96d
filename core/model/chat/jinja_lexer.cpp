#include "core/model/chat/jinja_lexer.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>

namespace paretoscope::jinja {

namespace {

constexpr std::string_view space = " \t\r\n";

bool isNameStart(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : source_(source) {}

    std::vector<Token> run()
    {
        while (at_ < source_.size()) {
            const size_t tag = nextTag();
            addText(source_.substr(at_, tag - at_), tag);
            if (tag == source_.size()) break;
            line_ += int(std::count(source_.begin() + std::ptrdiff_t(at_), source_.begin() + std::ptrdiff_t(tag), '\n'));
            at_ = tag;
            readTag();
        }
        push(TokenKind::End, "");
        return std::move(tokens_);
    }

private:
    size_t nextTag() const
    {
        for (size_t i = at_; i + 1 < source_.size(); ++i)
            if (source_[i] == '{' && (source_[i + 1] == '{' || source_[i + 1] == '%' || source_[i + 1] == '#')) return i;
        return source_.size();
    }

    char at(size_t i) const { return i < source_.size() ? source_[i] : '\0'; }
    void push(TokenKind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

    // `tag`: where the tag behind the text begins.
    void addText(std::string_view text, size_t tag)
    {
        if (stripNext_) text.remove_prefix(std::min(text.size(), text.find_first_not_of(space) == text.npos ? text.size() : text.find_first_not_of(space)));
        else if (breakNext_ && text.starts_with('\n')) text.remove_prefix(1);
        else if (breakNext_ && text.starts_with("\r\n")) text.remove_prefix(2);
        stripNext_ = breakNext_ = false;
        if (tag < source_.size() && at(tag + 2) == '-') {
            const size_t last = text.find_last_not_of(space);
            text = last == text.npos ? std::string_view() : text.substr(0, last + 1);
        } else if (tag < source_.size() && at(tag + 1) != '{' && at(tag + 2) != '+') {
            const size_t last = text.find_last_not_of(" \t");
            const bool wholeLine = last == text.npos ? text.empty() || tag == text.size() || beginsLine(tag - text.size())
                                                     : text[last] == '\n';
            if (wholeLine) text = last == text.npos ? std::string_view() : text.substr(0, last + 1);
        }
        if (!text.empty()) push(TokenKind::Text, std::string(text));
    }
    bool beginsLine(size_t i) const { return i == 0 || source_[i - 1] == '\n'; }

    void readTag()
    {
        const char kind = source_[at_ + 1];
        if (kind == '#') return skipComment();
        at_ += 2;
        if (at(at_) == '-' || at(at_) == '+') ++at_;
        push(kind == '{' ? TokenKind::OutputBegin : TokenKind::BlockBegin, "");
        const std::string_view close = kind == '{' ? "}}" : "%}";
        for (;;) {
            skipSpace();
            if (at_ >= source_.size()) fail(ErrorCode::BadFile, "chat template, line {}: a tag is not closed", line_);
            const bool marked = at(at_) == '-' || at(at_) == '+';
            if (source_.substr(at_ + (marked ? 1 : 0)).starts_with(close)) {
                stripNext_ = at(at_) == '-';
                breakNext_ = kind == '%' && at(at_) != '+';
                at_ += marked ? 3 : 2;
                push(kind == '{' ? TokenKind::OutputEnd : TokenKind::BlockEnd, "");
                return;
            }
            readToken();
        }
    }

    void skipComment()
    {
        const size_t end = source_.find("#}", at_ + 2);
        if (end == source_.npos) fail(ErrorCode::BadFile, "chat template, line {}: a comment is not closed", line_);
        line_ += int(std::count(source_.begin() + std::ptrdiff_t(at_), source_.begin() + std::ptrdiff_t(end), '\n'));
        stripNext_ = source_[end - 1] == '-';
        breakNext_ = !stripNext_;
        at_ = end + 2;
    }

    void skipSpace()
    {
        for (; at_ < source_.size() && space.find(source_[at_]) != space.npos; ++at_)
            if (source_[at_] == '\n') ++line_;
    }

    void readToken()
    {
        const char c = at(at_);
        if (isNameStart(c)) return readWhile(TokenKind::Name, [](char x) { return isNameStart(x) || isDigit(x); });
        if (isDigit(c)) return readNumber();
        if (c == '"' || c == '\'') return readString(c);
        constexpr std::array<std::string_view, 8> pairs{"==", "!=", "<=", ">=", "//", "**", "->", ":="};
        for (const std::string_view pair : pairs)
            if (source_.substr(at_).starts_with(pair)) {
                push(TokenKind::Operator, std::string(pair));
                at_ += 2;
                return;
            }
        if (std::string_view("+-*/%~<>=()[]{},.:|").find(c) == std::string_view::npos)
            fail(ErrorCode::BadFile, "chat template, line {}: '{}' is not understood", line_, c);
        push(TokenKind::Operator, std::string(1, c));
        ++at_;
    }

    template <class Accept> void readWhile(TokenKind kind, const Accept& accept)
    {
        const size_t begin = at_;
        while (at_ < source_.size() && accept(source_[at_])) ++at_;
        push(kind, std::string(source_.substr(begin, at_ - begin)));
    }

    void readNumber()
    {
        const size_t begin = at_;
        while (isDigit(at(at_))) ++at_;
        const bool real = at(at_) == '.' && isDigit(at(at_ + 1));
        if (real)
            for (++at_; isDigit(at(at_));) ++at_;
        push(real ? TokenKind::Real : TokenKind::Integer, std::string(source_.substr(begin, at_ - begin)));
    }

    void readString(char quote)
    {
        std::string text;
        const int line = line_;
        for (++at_; at_ < source_.size() && source_[at_] != quote; ++at_) {
            if (source_[at_] == '\n') ++line_;
            if (source_[at_] != '\\') {
                text += source_[at_];
                continue;
            }
            const char c = at(++at_);
            if (c == 'n') text += '\n';
            else if (c == 't') text += '\t';
            else if (c == 'r') text += '\r';
            else if (c == '\\' || c == '\'' || c == '"') text += c;
            else text += std::string{'\\', c};
        }
        if (at_ >= source_.size()) fail(ErrorCode::BadFile, "chat template, line {}: a text is not closed", line);
        ++at_;
        push(TokenKind::String, std::move(text));
    }

    std::string_view source_;
    size_t at_ = 0;
    int line_ = 1;
    bool stripNext_ = false, breakNext_ = false;
    std::vector<Token> tokens_;
};

} // namespace

std::vector<Token> tokenize(std::string_view source)
{
    // Jinja drops one line break at a template's end.
    if (source.ends_with('\n')) source.remove_suffix(source.ends_with("\r\n") ? 2 : 1);
    return Lexer(source).run();
}

} // namespace paretoscope::jinja
