// FP8: weights of E4M3 with a scale for each block (DeepSeek-V3, arXiv:2412.19437), each output or
// the whole matrix.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/quantized/float_codes.h"
#include "core/model/formats/quantized/quantization_method.h"

namespace paretoscope {

namespace {

class Fp8 : public QuantizationMethod {
public:
    Fp8(const Json& settings, const std::string& where)
    {
        if (!settings.contains("weight_block_size") || settings.at("weight_block_size").is_null()) return;
        const Json& size = settings.at("weight_block_size");
        const bool good = size.is_array() && size.size() == 2 && size[0].is_number_unsigned() &&
                          size[1].is_number_unsigned() && size[0].get<uint64_t>() - 1 < (1u << 20) &&
                          size[1].get<uint64_t>() - 1 < (1u << 20);
        if (!good) fail(ErrorCode::BadFile, "{}: 'weight_block_size' must be two positive numbers", where);
        blockRows_ = size[0].get<int64_t>();
        blockColumns_ = size[1].get<int64_t>();
    }

    LinearWeightPtr read(const CheckpointSource& source, const std::string& name, int64_t outputs,
                         int64_t inputs) const override
    {
        for (const char* suffix : {".weight_scale_inv", ".weight_scale"}) {
            const std::string scaleName = name + suffix;
            if (!source.has(scaleName)) continue;
            const Tensor scales = source.tensor(scaleName, {});
            if (scales.count() == 1)
                return eightBitMap(source, name, {outputs, inputs}, scales.reshaped({1, 1}), outputs, inputs);
            if (scales.count() == outputs && (scales.shape().size() == 1 || scales.extent(0) == outputs))
                return eightBitMap(source, name, {outputs, inputs}, scales.reshaped({outputs, 1}), 1, inputs);
            const Shape blocks{(outputs + blockRows_ - 1) / blockRows_, (inputs + blockColumns_ - 1) / blockColumns_};
            requireShape(scales, blocks, source.describe(), scaleName);
            return eightBitMap(source, name, {outputs, inputs}, scales, blockRows_, blockColumns_);
        }
        return nullptr;
    }

private:
    int64_t blockRows_ = 128;
    int64_t blockColumns_ = 128;
};

} // namespace

QuantizationMethodPtr fp8Method(const Json& settings, const std::string& where)
{
    return std::make_shared<Fp8>(settings, where);
}

} // namespace paretoscope
