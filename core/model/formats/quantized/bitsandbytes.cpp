// bitsandbytes: NF4 and FP4 (Dettmers et al. 2023, arXiv:2305.14314) whose scales may be quantized
// once more, and eight-bit integers (Dettmers et al. 2022, arXiv:2208.07339).
//
// Source: github.com/bitsandbytes-foundation/bitsandbytes, functional.py (QuantState): two codes a
// byte, the first in the high half; scale = map[absmax] · nested_absmax + offset.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/quantized/float_codes.h"
#include "core/model/formats/quantized/quantization_method.h"
#include "core/model/lookup_linear.h"

namespace paretoscope {

namespace {

Json readState(const CheckpointSource& source, const std::string& name)
{
    const Tensor bytes = source.bytes(name, {});
    const std::string text(reinterpret_cast<const char*>(bytes.bytes().data()), size_t(bytes.sizeBytes()));
    const std::string where = source.describe() + ": '" + name + "'";
    Json state = parseJson(text, where);
    if (!state.is_object()) fail(ErrorCode::BadFile, "{}: must be an object", where);
    return state;
}

std::vector<float> readScales(const CheckpointSource& source, const std::string& weight, const Json& state,
                              int64_t count)
{
    const std::string where = source.describe() + ": '" + weight + "'";
    const std::string nested = weight + ".nested_absmax";
    if (!source.has(nested)) return source.tensor(weight + ".absmax", {count}).toFloats();
    const Tensor codes = source.bytes(weight + ".absmax", {count});
    const std::vector<float> map = source.tensor(weight + ".nested_quant_map", {256}).toFloats();
    const int64_t block = requireInteger(state, "nested_blocksize", 1, 1 << 20, where);
    const std::vector<float> outer = source.tensor(nested, {(count + block - 1) / block}).toFloats();
    const auto offset = float(optionalNumber(state, "nested_offset", 0, where));
    std::vector<float> scales(static_cast<size_t>(count));
    const std::span<const uint8_t> index = codes.view<uint8_t>();
    for (size_t i = 0; i < scales.size(); ++i) scales[i] = map[index[i]] * outer[i / size_t(block)] + offset;
    return scales;
}

LinearWeightPtr readFourBits(const CheckpointSource& source, const std::string& weight, const char* type,
                             int64_t outputs, int64_t inputs)
{
    const std::string where = source.describe() + ": '" + weight + "'";
    const Json state = readState(source, weight + ".quant_state.bitsandbytes__" + type);
    const int64_t block = requireInteger(state, "blocksize", 1, 1 << 20, where);
    if (inputs % block != 0 || block % 2 != 0)
        fail(ErrorCode::Unsupported, "{}: groups of {} do not divide the {} inputs", where, block, inputs);
    const Tensor stored = source.bytes(weight, {});
    if (stored.count() != outputs * inputs / 2)
        fail(ErrorCode::BadFile, "{}: {} bytes for {} by {} codes of 4 bits", where, stored.count(), outputs, inputs);
    LookupMatrix matrix;
    matrix.bits = 4;
    matrix.rows = outputs;
    matrix.columns = inputs;
    matrix.groupColumns = block;
    matrix.codes = Tensor::zeros(DType::U8, {outputs, inputs / 2});
    const std::span<uint8_t> codes = matrix.codes.fill<uint8_t>();
    const auto* from = reinterpret_cast<const uint8_t*>(stored.bytes().data());
    for (size_t i = 0; i < codes.size(); ++i) codes[i] = uint8_t((from[i] >> 4) | (from[i] << 4));
    matrix.table = Tensor::fromFloats({16}, source.tensor(weight + ".quant_map", {16}).toFloats());
    const int64_t groups = inputs / block;
    matrix.scales = Tensor::fromFloats({outputs, groups}, readScales(source, weight, state, outputs * groups));
    return std::make_shared<LookupLinear>(std::move(matrix), type == std::string("nf4") ? "NF4" : "FP4");
}

class Bitsandbytes : public QuantizationMethod {
public:
    LinearWeightPtr read(const CheckpointSource& source, const std::string& name, int64_t outputs,
                         int64_t inputs) const override
    {
        const std::string weight = name + ".weight";
        for (const char* type : {"nf4", "fp4"})
            if (source.has(weight + ".quant_state.bitsandbytes__" + type))
                return readFourBits(source, weight, type, outputs, inputs);
        for (const std::string& scale : {name + ".SCB", weight + ".SCB"}) {
            if (!source.has(scale)) continue;
            std::vector<float> scales = source.tensor(scale, {outputs}).toFloats();
            for (float& value : scales) value /= 127;
            if (source.has(name + ".weight_format")) source.bytes(name + ".weight_format", {});
            return eightBitMap(source, name, {outputs, inputs}, Tensor::fromFloats({outputs, 1}, scales), 1, inputs);
        }
        return nullptr;
    }
};

} // namespace

QuantizationMethodPtr bitsandbytesMethod(const Json&, const std::string&)
{
    return std::make_shared<Bitsandbytes>();
}

} // namespace paretoscope
