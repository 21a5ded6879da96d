// GPTQ: codes packed along the inputs, zero points along the outputs.
//
// Source: github.com/ModelCloud/GPTQModel, nn_modules/qlinear and quantization/config.py. The first
// format stores zero points less one.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/checkpoint_source.h"
#include "core/model/formats/quantized/code_matrix.h"
#include "core/model/formats/quantized/quantization_method.h"
#include "core/model/lookup_linear.h"

namespace paretoscope {

namespace {

class Gptq : public QuantizationMethod {
public:
    Gptq(const Json& settings, const std::string& where)
        : bits_(int(requireInteger(settings, "bits", 2, 8, where)))
        , groupSize_(optionalInteger(settings, "group_size", -1, int64_t{1} << 31, 128, where))
    {
        const std::string format = optionalString(settings, "checkpoint_format", "gptq", where);
        if (format != "gptq" && format != "gptq_v2")
            fail(ErrorCode::Unsupported, "{}: the GPTQ format '{}' is not read", where, format);
        lessOne_ = format == "gptq";
        if (bits_ != 2 && bits_ != 3 && bits_ != 4 && bits_ != 8)
            fail(ErrorCode::Unsupported, "{}: GPTQ codes of {} bits are not read", where, bits_);
    }

    LinearWeightPtr read(const CheckpointSource& source, const std::string& name, int64_t outputs,
                         int64_t inputs) const override
    {
        if (!source.has(name + ".qweight")) return nullptr;
        const std::string what = source.describe() + ": '" + name + "'";
        const int64_t groupSize = groupSize_ > 0 ? groupSize_ : inputs;
        if (inputs % groupSize != 0 || inputs * bits_ % 32 != 0 || outputs * bits_ % 32 != 0)
            fail(ErrorCode::Unsupported, "{}: {} by {} values in groups of {} are not whole words", what, outputs,
                 inputs, groupSize);
        const int64_t groups = inputs / groupSize;
        GroupedCodes codes{bits_, outputs, inputs, groupSize, {}, {}, {}};
        std::vector<int32_t> order;
        if (source.has(name + ".g_idx"))
            order = orderOfGroups(readIntegers(source, name + ".g_idx", {inputs}), groupSize, what + ".g_idx");
        const auto words = wordsOf(readIntegers(source, name + ".qweight", {inputs * bits_ / 32, outputs}));
        codes.codes = packRows(outputs, inputs, bits_, [&](int64_t first, int64_t count, uint8_t* to) {
            for (int64_t i = 0; i < inputs; ++i) {
                const int64_t stored = order.empty() ? i : order[size_t(i)];
                for (int64_t r = 0; r < count; ++r)
                    to[r * inputs + i] = uint8_t(codeAt(words.data() + first + r, outputs, bits_, stored));
            }
        });
        readGroups(source, name, groups, codes);
        LinearWeightPtr map = mapOf(std::move(codes), what);
        if (order.empty()) return map;
        Tensor places = Tensor::zeros(DType::I32, {inputs});
        std::copy(order.begin(), order.end(), places.fill<int32_t>().begin());
        return std::make_shared<GatheredLinear>(std::move(map), std::move(places));
    }

private:
    void readGroups(const CheckpointSource& source, const std::string& name, int64_t groups,
                    GroupedCodes& codes) const
    {
        const int64_t outputs = codes.rows;
        const std::vector<float> scales = source.tensor(name + ".scales", {groups, outputs}).toFloats();
        const int64_t width = outputs * bits_ / 32;
        const auto zeros = wordsOf(readIntegers(source, name + ".qzeros", {groups, width}));
        const uint32_t mask = (1u << bits_) - 1;
        for (int64_t o = 0; o < outputs; ++o)
            for (int64_t g = 0; g < groups; ++g) {
                codes.scales.push_back(scales[size_t(g * outputs + o)]);
                const uint32_t stored = codeAt(zeros.data() + g * width, 1, bits_, o);
                codes.zeros.push_back(uint8_t((stored + (lessOne_ ? 1 : 0)) & mask));
            }
    }

    int bits_;
    int64_t groupSize_;
    bool lessOne_ = true;
};

} // namespace

QuantizationMethodPtr gptqMethod(const Json& settings, const std::string& where)
{
    return std::make_shared<Gptq>(settings, where);
}

} // namespace paretoscope
