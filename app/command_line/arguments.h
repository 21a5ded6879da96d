// The words after a command's name, checked against what the command takes.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

// "--name VALUE", or a switch when `value` is empty.
struct Option {
    std::string name;  // without dashes
    std::string value; // how help calls it: "FILE"
    std::string help;
    bool repeated = false;
};

struct Positional {
    std::string name; // "MODEL"
    std::string help;
    bool optional = false;
};

// Immutable once parsed; values are texts until asked for as something else. What the user typed
// wrong is Error(BadUsage).
class Arguments {
public:
    // `words` may hold "--name value", "--name=value" and, after "--", only positionals.
    static Arguments parse(const std::vector<std::string>& words, const std::vector<Positional>& positionals,
                           const std::vector<Option>& options);

    bool has(const std::string& option) const { return values_.contains(option); }
    std::optional<std::string> given(const std::string& option) const;
    std::string text(const std::string& option, const std::string& fallback) const;
    std::string required(const std::string& option) const;
    const std::vector<std::string>& all(const std::string& option) const;
    int64_t integer(const std::string& option, int64_t fallback, int64_t low, int64_t high) const;
    double number(const std::string& option, double fallback, double low, double high) const;
    uint64_t seed() const; // --seed, 1 when not given

    bool hasPositional(size_t index) const { return index < positionals_.size(); }
    const std::string& positional(size_t index) const { return positionals_.at(index); }

private:
    std::map<std::string, std::vector<std::string>> values_;
    std::vector<std::string> positionals_;
};

} // namespace paretoscope
