// AWQ: four-bit codes packed along the outputs, eight a word in an order of their own.
//
// Source: github.com/casper-hansen/AutoAWQ, awq/modules/linear/gemm.py and utils/packing_utils.py.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/checkpoint_source.h"
#include "core/model/formats/quantized/code_matrix.h"
#include "core/model/formats/quantized/quantization_method.h"

#include <array>

namespace paretoscope {

namespace {

// Which nibble of a word holds output 8w + i.
constexpr std::array<int, 8> nibbleOf{0, 4, 1, 5, 2, 6, 3, 7};

uint8_t nibbleAt(const uint32_t* row, int64_t output)
{
    return uint8_t((row[output / 8] >> (4 * nibbleOf[size_t(output % 8)])) & 15);
}

class Awq : public QuantizationMethod {
public:
    Awq(const Json& settings, const std::string& where)
        : groupSize_(optionalInteger(settings, "group_size", -1, int64_t{1} << 31, 128, where))
    {
        const int64_t bits =
            optionalInteger(settings, "bits", 1, 64, optionalInteger(settings, "w_bit", 1, 64, 4, where), where);
        std::string version = optionalString(settings, "version", "gemm", where);
        for (char& c : version) c = char(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (bits != 4 || version != "gemm")
            fail(ErrorCode::Unsupported, "{}: AWQ with {} bits of the version '{}' is not read (4 bits 'gemm' is)",
                 where, bits, version);
    }

    LinearWeightPtr read(const CheckpointSource& source, const std::string& name, int64_t outputs,
                         int64_t inputs) const override
    {
        if (!source.has(name + ".qweight")) return nullptr;
        const std::string what = source.describe() + ": '" + name + "'";
        const int64_t groupSize = groupSize_ > 0 ? groupSize_ : inputs;
        if (inputs % groupSize != 0 || outputs % 8 != 0)
            fail(ErrorCode::Unsupported, "{}: {} by {} values in groups of {} are not whole words", what, outputs,
                 inputs, groupSize);
        const int64_t groups = inputs / groupSize;
        const int64_t width = outputs / 8;
        const auto words = wordsOf(readIntegers(source, name + ".qweight", {inputs, width}));
        const auto zeros = wordsOf(readIntegers(source, name + ".qzeros", {groups, width}));
        const std::vector<float> scales = source.tensor(name + ".scales", {groups, outputs}).toFloats();
        GroupedCodes codes{4, outputs, inputs, groupSize, {}, {}, {}};
        codes.codes = packRows(outputs, inputs, 4, [&](int64_t first, int64_t count, uint8_t* to) {
            for (int64_t i = 0; i < inputs; ++i)
                for (int64_t r = 0; r < count; ++r) to[r * inputs + i] = nibbleAt(words.data() + i * width, first + r);
        });
        for (int64_t o = 0; o < outputs; ++o)
            for (int64_t g = 0; g < groups; ++g) {
                codes.scales.push_back(scales[size_t(g * outputs + o)]);
                codes.zeros.push_back(nibbleAt(zeros.data() + g * width, o));
            }
        return mapOf(std::move(codes), what);
    }

private:
    int64_t groupSize_;
};

} // namespace

QuantizationMethodPtr awqMethod(const Json& settings, const std::string& where)
{
    return std::make_shared<Awq>(settings, where);
}

} // namespace paretoscope
