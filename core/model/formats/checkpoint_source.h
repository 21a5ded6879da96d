// The tensors of a Hugging Face folder as an architecture asks for them.
#pragma once

#include "core/model/architecture.h"
#include "core/model/formats/checkpoint.h"
#include "core/model/formats/quantized/quantization_method.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace paretoscope {

// Names differ between writers by a part in front ("h.0.ln_1" and "transformer.h.0.ln_1", or
// "language_model.model.layers…" in a file that adds a picture encoder). A name is looked up as it
// is, then without, then with each known front part; the first that exists counts.
class CheckpointSource : public WeightSource {
public:
    explicit CheckpointSource(const Checkpoint& checkpoint, QuantizationMethodPtr quantization = {});
    // With these front parts in place of the usual ones.
    CheckpointSource(const Checkpoint& checkpoint, std::vector<std::string> prefixes);

    bool has(const std::string& name) const override { return resolve(name).has_value(); }
    Tensor tensor(const std::string& name, const Shape& shape) const override;
    // As the quantization method stores it, else dense.
    LinearWeightPtr linear(const std::string& name, int64_t outputs, int64_t inputs) const override;
    std::string describe() const override { return checkpoint_.where({}); }

    // The bytes of a tensor of a type of 8 bits, as U8.
    Tensor bytes(const std::string& name, const Shape& shape) const;
    std::string typeOf(const std::string& name) const; // "F8_E4M3"
    // As the file spells it; the name itself when the file does not have it.
    std::string storedName(const std::string& name) const { return resolve(name).value_or(name); }

    // Tensors that nobody asked for, as the file spells them.
    std::vector<std::string> unused() const;

private:
    std::optional<std::string> resolve(const std::string& name) const;

    const Checkpoint& checkpoint_;
    std::vector<std::string> prefixes_;
    QuantizationMethodPtr quantization_;
    mutable std::set<std::string> used_;
};

// Error(BadFile) "where: tensor 'name' has shape …, expected …" (-1 any extent, {} any shape).
void requireShape(const Tensor& tensor, const Shape& expected, const std::string& where,
                  const std::string& name);

} // namespace paretoscope
