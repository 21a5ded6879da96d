// The tensors of a GGUF file as an architecture asks for them.
#pragma once

#include "core/model/architecture.h"
#include "core/model/formats/gguf/gguf_families.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace paretoscope {

// Undoes what the converter did to names, norms and stacks; stored numbers stay where they are.
class GgufSource : public WeightSource {
public:
    GgufSource(const GgufFile& file, const GgufFamily& family) : file_(file), family_(family) {}

    bool has(const std::string& name) const override;
    Tensor tensor(const std::string& name, const Shape& shape) const override;
    LinearWeightPtr linear(const std::string& name, int64_t outputs, int64_t inputs) const override;
    bool stacksQkv() const override { return true; }
    std::string describe() const override { return file_.where(); }

    void markUsed(const std::string& name) const { used_.insert(name); }
    // Tensors that nobody asked for.
    std::vector<std::string> unused() const;

private:
    enum class Part { Whole, Query, Key, Value }; // of a fused matrix
    struct Place {
        std::string stored;
        int64_t slice = -1;
        Part part = Part::Whole;
    };

    std::optional<Place> resolve(const std::string& name) const;
    Place require(const std::string& name) const;
    // Rows of the part of `rows` that asks for `count`.
    static RowRange rowsOf(Part part, int64_t rows, int64_t count);
    LinearWeightPtr splitLatentUp(const std::string& block, int64_t outputs, int64_t inputs) const;
    Tensor plain(const Place& place, const Shape& shape) const;

    const GgufFile& file_;
    const GgufFamily& family_;
    mutable std::set<std::string> used_;
};

} // namespace paretoscope
