#include "core/model/tokenizers/onig_pattern.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

namespace {

constexpr int maxClassDepth = 32;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> longCategories{{
    {"Letter", "L"},
    {"Mark", "M"},
    {"Number", "N"},
    {"Punctuation", "P"},
    {"Symbol", "S"},
    {"Separator", "Z"},
    {"Other", "C"},
}};

// Scripts that tokenizer files name.
constexpr std::array<std::string_view, 20> scripts{
    "Han",      "Hiragana", "Katakana", "Hangul",     "Latin",   "Greek",   "Cyrillic",
    "Arabic",   "Hebrew",   "Thai",     "Devanagari", "Bengali", "Tamil",   "Telugu",
    "Georgian", "Armenian", "Khmer",    "Lao",        "Myanmar", "Bopomofo"};

class Translator {
public:
    explicit Translator(std::string_view pattern)
        : pattern_(pattern)
    {
    }

    std::string run()
    {
        std::string out;
        while (at_ < pattern_.size()) {
            if (pattern_[at_] == '[')
                out += readClass(0);
            else
                out += readAtom(false);
        }
        return out;
    }

private:
    // One character or escape, translated.
    std::string readAtom(bool inClass)
    {
        if (pattern_[at_] != '\\' || at_ + 1 >= pattern_.size())
            return std::string(1, pattern_[at_++]);
        const char kind = pattern_[at_ + 1];
        if (kind == 'p' || kind == 'P') return readProperty();
        at_ += 2;
        if (kind == 'h') return inClass ? "0-9a-fA-F" : "[0-9a-fA-F]";
        if (kind == 'H' && !inClass) return "[^0-9a-fA-F]";
        return {'\\', kind};
    }

    std::string readProperty()
    {
        const size_t close = pattern_.find('}', at_);
        if (at_ + 2 >= pattern_.size() || pattern_[at_ + 2] != '{' || close == pattern_.npos) {
            at_ += 2;
            return std::string(pattern_.substr(at_ - 2, 2));
        }
        const std::string head(pattern_.substr(at_, 3));
        std::string_view name = pattern_.substr(at_ + 3, close - at_ - 3);
        at_ = close + 1;
        std::string sign;
        if (name.starts_with('^')) {
            sign = "^";
            name.remove_prefix(1);
        }
        for (const auto& [full, brief] : longCategories)
            if (name == full) name = brief;
        const bool isScript = std::find(scripts.begin(), scripts.end(), name) != scripts.end();
        return head + sign + (isScript ? "sc:" : "") + std::string(name) + "}";
    }

    // A union of plain items and of whole classes, each standing for one character.
    struct Union {
        std::string items;
        std::vector<std::string> nested;
        bool empty() const { return items.empty() && nested.empty(); }
        std::string text() const
        {
            if (nested.empty()) return "[" + items + "]";
            std::string out = "(?:";
            if (!items.empty()) out += "[" + items + "]|";
            for (size_t i = 0; i < nested.size(); ++i)
                out += (i ? "|" : "") + nested[i];
            return out + ")";
        }
    };

    bool atPosixClass() const
    {
        return pattern_.substr(at_).starts_with("[:") &&
               pattern_.find(":]", at_ + 2) != pattern_.npos;
    }

    void readItem(Union& part, bool first, int depth)
    {
        if (atPosixClass()) {
            const size_t end = pattern_.find(":]", at_ + 2) + 2;
            part.items += pattern_.substr(at_, end - at_);
            at_ = end;
        } else if (pattern_[at_] == '[' && depth < maxClassDepth) {
            addNested(part, readClass(depth + 1));
        } else if (pattern_[at_] == '[' || (pattern_[at_] == ']' && first)) {
            part.items += {'\\', pattern_[at_++]};
        } else {
            part.items += readAtom(true);
        }
    }

    // A plain class inside another is as well written into it, unless a '-' would make a range.
    static void addNested(Union& part, const std::string& nested)
    {
        const std::string_view inside = std::string_view(nested).substr(1, nested.size() - 2);
        const bool plain = nested.front() == '[' && nested.back() == ']' && !inside.empty() &&
                           inside.front() != '^' && inside.front() != '-' && inside.back() != '-';
        if (plain)
            part.items += inside;
        else
            part.nested.push_back(nested);
    }

    // A class from its '[' to its ']', as an expression that matches one character.
    std::string readClass(int depth)
    {
        const size_t begin = at_++;
        const bool negated = at_ < pattern_.size() && pattern_[at_] == '^';
        if (negated) ++at_;
        std::vector<Union> parts(1);
        bool first = true;
        while (at_ < pattern_.size() && (pattern_[at_] != ']' || first)) {
            if (pattern_.substr(at_).starts_with("&&")) {
                parts.emplace_back();
                at_ += 2;
            } else {
                readItem(parts.back(), first, depth);
            }
            first = false;
        }
        if (at_ >= pattern_.size()) return std::string(pattern_.substr(begin)); // never closed
        ++at_;
        return classText(parts, negated);
    }

    static std::string classText(std::vector<Union>& parts, bool negated)
    {
        std::erase_if(parts, [](const Union& part) { return part.empty(); });
        if (parts.empty()) return negated ? "[^]" : "[]"; // an error in both languages
        if (parts.size() == 1 && parts.front().nested.empty())
            return (negated ? "[^" : "[") + parts.front().items + "]";
        std::string all;
        for (size_t i = 0; i + 1 < parts.size(); ++i)
            all += "(?=" + parts[i].text() + ")";
        all += parts.back().text();
        return negated ? "(?:(?!" + all + ")(?s:.))" : "(?:" + all + ")";
    }

    std::string_view pattern_;
    size_t at_ = 0;
};

} // namespace

std::string pcrePatternOf(std::string_view onigPattern)
{
    return Translator(onigPattern).run();
}

} // namespace paretoscope::tokenizers
