#include "core/model/formats/checkpoint_source.h"

#include "core/base/error.h"

namespace paretoscope {

namespace {

const std::vector<std::string> usualPrefixes{"model.",
                                             "transformer.",
                                             "language_model.",
                                             "language_model.model.",
                                             "model.language_model.",
                                             "gpt_neox.",
                                             "backbone.",
                                             "base_model.model."};

bool fits(const Shape& shape, const Shape& expected)
{
    if (shape.size() != expected.size()) return false;
    for (size_t i = 0; i < shape.size(); ++i)
        if (expected[i] != -1 && shape[i] != expected[i]) return false;
    return true;
}

} // namespace

void requireShape(const Tensor& tensor, const Shape& expected, const std::string& where,
                  const std::string& name)
{
    if (!expected.empty() && !fits(tensor.shape(), expected))
        fail(ErrorCode::BadFile, "{}: tensor '{}' has shape {}, expected {}", where, name,
             shapeText(tensor.shape()), shapeText(expected));
}

CheckpointSource::CheckpointSource(const Checkpoint& checkpoint, QuantizationMethodPtr quantization)
    : CheckpointSource(checkpoint, usualPrefixes)
{
    quantization_ = std::move(quantization);
}

CheckpointSource::CheckpointSource(const Checkpoint& checkpoint, std::vector<std::string> prefixes)
    : checkpoint_(checkpoint)
    , prefixes_(std::move(prefixes))
{
}

std::optional<std::string> CheckpointSource::resolve(const std::string& name) const
{
    if (checkpoint_.has(name)) return name;
    for (const std::string& prefix : prefixes_)
        if (name.starts_with(prefix) && checkpoint_.has(name.substr(prefix.size())))
            return name.substr(prefix.size());
    for (const std::string& prefix : prefixes_)
        if (checkpoint_.has(prefix + name)) return prefix + name;
    // "model.layers…" in a file that says "model.language_model.layers…"
    const std::string_view model = "model.";
    if (name.starts_with(model)) {
        std::string nested = "model.language_model." + name.substr(model.size());
        if (checkpoint_.has(nested)) return nested;
    }
    return std::nullopt;
}

Tensor CheckpointSource::tensor(const std::string& name, const Shape& shape) const
{
    const std::string stored = resolve(name).value_or(name);
    Tensor tensor = checkpoint_.tensor(stored);
    requireShape(tensor, shape, checkpoint_.where(stored), stored);
    used_.insert(stored);
    return tensor;
}

Tensor CheckpointSource::bytes(const std::string& name, const Shape& shape) const
{
    const std::string stored = resolve(name).value_or(name);
    Tensor tensor = checkpoint_.bytesOf(stored);
    requireShape(tensor, shape, checkpoint_.where(stored), stored);
    used_.insert(stored);
    return tensor;
}

std::string CheckpointSource::typeOf(const std::string& name) const
{
    return checkpoint_.typeOf(resolve(name).value_or(name));
}

LinearWeightPtr CheckpointSource::linear(const std::string& name, int64_t outputs,
                                         int64_t inputs) const
{
    if (quantization_)
        if (LinearWeightPtr map = quantization_->read(*this, name, outputs, inputs)) return map;
    const std::string stored = resolve(name + ".weight").value_or(name + ".weight");
    Tensor weight = tensor(stored, {outputs, inputs});
    if (!traits(weight.dtype()).isFloat)
        fail(ErrorCode::BadFile, "{}: tensor '{}' has the type {}, expected a float type",
             checkpoint_.where(stored), stored, traits(weight.dtype()).name);
    return std::make_shared<DenseLinear>(std::move(weight));
}

std::vector<std::string> CheckpointSource::unused() const
{
    std::vector<std::string> names;
    for (const std::string& name : checkpoint_.names())
        if (!used_.contains(name)) names.push_back(name);
    return names;
}

} // namespace paretoscope
