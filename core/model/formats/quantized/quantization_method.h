// Linear maps of Hugging Face folders that were stored by a quantization library. They are opened
// as the codes they are, never as floats.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/linear_weight.h"

#include <memory>
#include <string>

namespace paretoscope {

class CheckpointSource;

// Immutable; thread-safe.
class QuantizationMethod {
public:
    virtual ~QuantizationMethod() = default;

    // The map `name` [outputs, inputs]; null when the file stores it as plain numbers. Error(BadFile)
    // for tensors that contradict each other, Error(Unsupported) for variants that are not read.
    virtual LinearWeightPtr read(const CheckpointSource& source, const std::string& name, int64_t outputs,
                                 int64_t inputs) const = 0;
};

using QuantizationMethodPtr = std::shared_ptr<const QuantizationMethod>;

// What "quantization_config" of a config.json asks for; null without one. `where` names the file.
// Error(Unsupported) for methods that are not read.
QuantizationMethodPtr quantizationMethodOf(const Json& config, const std::string& where);

// One file each; `settings` is the object "quantization_config".
QuantizationMethodPtr gptqMethod(const Json& settings, const std::string& where);
QuantizationMethodPtr awqMethod(const Json& settings, const std::string& where);
QuantizationMethodPtr compressedTensorsMethod(const Json& settings, const std::string& where);
QuantizationMethodPtr fp8Method(const Json& settings, const std::string& where);
QuantizationMethodPtr bitsandbytesMethod(const Json& settings, const std::string& where);

} // namespace paretoscope
