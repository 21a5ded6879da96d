// Regular expressions of tokenizer files, through PCRE2.
//
// Tokenizer files are written for Oniguruma: Unicode classes, '^' and '$' at every line. Patterns
// come from strangers, so that compiling and matching are bounded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

struct Match {
    size_t begin, end; // bytes of the subject; may be empty
};

// Immutable; thread-safe.
class Regex {
public:
    // `where` names the file and field in errors. Throws Error(BadFile) for a pattern that does
    // not compile.
    Regex(const std::string& pattern, std::string where);
    // Matches `text` itself.
    static Regex literal(std::string_view text, std::string where);
    ~Regex();
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;

    // One thread's matching state; cheap to use again for many subjects.
    class Matcher {
    public:
        explicit Matcher(const Regex& regex);
        ~Matcher();
        Matcher(const Matcher&) = delete;
        Matcher& operator=(const Matcher&) = delete;

        // Appends the matches in valid UTF-8 `subject`, left to right and disjoint. Throws
        // Error(BadFile) when the pattern needs unreasonable work for it.
        void findAll(std::string_view subject, std::vector<Match>& matches);

    private:
        struct State;
        bool findFrom(std::string_view subject, size_t offset, Match& match);
        void checkTime(size_t subjectBytes);

        const Regex& regex_;
        std::unique_ptr<State> state_;
    };

private:
    struct Code;
    std::unique_ptr<Code> code_;
};

} // namespace paretoscope::tokenizers
