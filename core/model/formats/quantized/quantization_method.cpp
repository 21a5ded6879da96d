#include "core/model/formats/quantized/quantization_method.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <array>
#include <string_view>

namespace paretoscope {

namespace {

struct Row {
    std::string_view name; // "quant_method"
    QuantizationMethodPtr (*make)(const Json& settings, const std::string& where);
};

// The experts of gpt-oss; their family reads them.
QuantizationMethodPtr readByTheFamily(const Json&, const std::string&)
{
    return nullptr;
}

constexpr std::array<Row, 7> rows{{{"gptq", gptqMethod},
                                   {"awq", awqMethod},
                                   {"compressed-tensors", compressedTensorsMethod},
                                   {"fp8", fp8Method},
                                   {"fbgemm_fp8", fp8Method},
                                   {"bitsandbytes", bitsandbytesMethod},
                                   {"mxfp4", readByTheFamily}}};

} // namespace

QuantizationMethodPtr quantizationMethodOf(const Json& config, const std::string& where)
{
    if (!config.contains("quantization_config") || config.at("quantization_config").is_null()) return nullptr;
    const Json& settings = config.at("quantization_config");
    if (!settings.is_object()) fail(ErrorCode::BadFile, "{}: 'quantization_config' must be an object", where);
    const std::string name = optionalString(settings, "quant_method", "", where);
    std::string known;
    for (const Row& row : rows) {
        if (name == row.name) return row.make(settings, where);
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    fail(ErrorCode::Unsupported, "{}: weights quantized by '{}' are not read (these are: {})", where, name, known);
}

} // namespace paretoscope
