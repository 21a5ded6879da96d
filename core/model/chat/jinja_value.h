// Values of chat templates.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace paretoscope::jinja {

class Value;
using List = std::vector<Value>;
using Arguments = std::vector<Value>;
using NamedArguments = std::map<std::string, Value>;
using Callable = std::function<Value(const Arguments&, const NamedArguments&)>;

// Keys are texts and keep their order.
struct Dict {
    std::vector<std::pair<std::string, Value>> entries;

    const Value* find(const std::string& key) const;
    void set(const std::string& key, Value value);
};

struct Undefined {
    std::string name; // for errors
};
struct None {};

// Lists and dictionaries are shared, as in Python; only a namespace is ever changed.
class Value {
public:
    Value() : data_(Undefined{}) {}
    Value(Undefined undefined) : data_(std::move(undefined)) {}
    Value(None) : data_(None{}) {}
    Value(bool value) : data_(value) {}
    Value(int64_t value) : data_(value) {}
    Value(double value) : data_(value) {}
    Value(std::string value) : data_(std::move(value)) {}
    Value(const char* value) : data_(std::string(value)) {}
    Value(List value) : data_(std::make_shared<const List>(std::move(value))) {}
    Value(Dict value) : data_(std::make_shared<Dict>(std::move(value))) {}
    Value(Callable value) : data_(std::make_shared<const Callable>(std::move(value))) {}

    bool isUndefined() const { return std::holds_alternative<Undefined>(data_); }
    bool isNone() const { return std::holds_alternative<None>(data_); }
    const bool* boolean() const { return std::get_if<bool>(&data_); }
    const int64_t* integer() const { return std::get_if<int64_t>(&data_); }
    const double* real() const { return std::get_if<double>(&data_); }
    const std::string* text() const { return std::get_if<std::string>(&data_); }
    const List* list() const;
    Dict* dict() const;
    const Callable* callable() const;
    const std::string& undefinedName() const { return std::get<Undefined>(data_).name; }

    bool isNumber() const { return integer() || real() || boolean(); }
    double number() const; // of a number; booleans count as 0 and 1
    bool truth() const;    // as in Python
    std::string printed() const; // as a template prints it
    std::string quoted() const;  // as it stands inside a printed list
    // JSON with Python's separators; indent < 0 for one line.
    std::string json(int indent = -1, int depth = 0) const;

private:
    std::variant<Undefined, None, bool, int64_t, double, std::string, std::shared_ptr<const List>, std::shared_ptr<Dict>,
                 std::shared_ptr<const Callable>>
        data_;
};

bool equal(const Value& a, const Value& b);

} // namespace paretoscope::jinja
