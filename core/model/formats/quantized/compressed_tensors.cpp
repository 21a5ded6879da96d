// compressed-tensors: packed integers, eight-bit integers, FP8 and NVFP4.
//
// Source: github.com/vllm-project/compressed-tensors (quantization/quant_config.py and
// compressors/quantized_compressors).
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/quantized/code_matrix.h"
#include "core/model/formats/quantized/float_codes.h"
#include "core/model/formats/quantized/quantization_method.h"
#include "core/model/lookup_linear.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace paretoscope {

namespace {

// One map of the checkpoint.
class StoredMap {
public:
    StoredMap(const CheckpointSource& source, const std::string& name, int64_t outputs, int64_t inputs)
        : source_(source)
        , name_(name)
        , outputs_(outputs)
        , inputs_(inputs)
        , what_(source.describe() + ": '" + name + "'")
    {
    }

    LinearWeightPtr read() const
    {
        if (source_.has(name_ + ".weight_global_scale")) return readNvfp4();
        if (source_.has(name_ + ".weight_packed")) return readPacked();
        if (source_.has(name_ + ".weight_scale")) return readEightBits();
        return nullptr;
    }

private:
    // [outputs, groups], whatever it is a scale for.
    Tensor readScales() const
    {
        const Tensor scales = source_.tensor(name_ + ".weight_scale", {});
        if (scales.count() == outputs_) return scales.reshaped({outputs_, 1});
        requireShape(scales, {outputs_, -1}, source_.describe(), name_ + ".weight_scale");
        return scales;
    }
    int64_t groupSize(const Tensor& scales) const
    {
        const int64_t groups = scales.extent(1);
        if (groups < 1 || inputs_ % groups != 0)
            fail(ErrorCode::BadFile, "{}: {} groups do not divide {} inputs", what_, groups, inputs_);
        return inputs_ / groups;
    }

    LinearWeightPtr readPacked() const;
    LinearWeightPtr readEightBits() const;
    LinearWeightPtr readNvfp4() const;

    const CheckpointSource& source_;
    const std::string& name_;
    int64_t outputs_;
    int64_t inputs_;
    std::string what_;
};

LinearWeightPtr StoredMap::readPacked() const
{
    const Tensor packed = readIntegers(source_, name_ + ".weight_packed", {outputs_, -1});
    const int64_t words = packed.extent(1);
    const int bits = int(std::clamp<int64_t>(words * 32 / inputs_, 0, 64));
    if ((bits != 2 && bits != 4 && bits != 8) || inputs_ * bits != words * 32)
        fail(ErrorCode::Unsupported, "{}: {} words for {} inputs are not codes of 2, 4 or 8 bits", what_, words,
             inputs_);
    if (source_.has(name_ + ".weight_shape")) source_.tensor(name_ + ".weight_shape", {2}); // says it again
    const Tensor scales = readScales();
    const int64_t groups = scales.extent(1);
    GroupedCodes codes{bits, outputs_, inputs_, groupSize(scales), {}, scales.toFloats(), {}};
    // Codes are stored with the offset that makes them positive, in the order that is ours too.
    codes.codes = Tensor(DType::U8, {outputs_, words * 4}, packed.bytes(), std::make_shared<Tensor>(packed));
    if (source_.has(name_ + ".weight_zero_point")) {
        const Shape shape{(outputs_ * bits + 31) / 32, groups};
        const auto zeros = wordsOf(readIntegers(source_, name_ + ".weight_zero_point", shape));
        for (int64_t o = 0; o < outputs_; ++o)
            for (int64_t g = 0; g < groups; ++g)
                codes.zeros.push_back(uint8_t(codeAt(zeros.data() + g, groups, bits, o)));
    }
    std::vector<int32_t> order;
    if (source_.has(name_ + ".weight_g_idx")) {
        const Tensor index = readIntegers(source_, name_ + ".weight_g_idx", {inputs_});
        order = orderOfGroups(index, codes.groupSize, what_ + ".weight_g_idx");
    }
    if (order.empty()) return mapOf(std::move(codes), what_);
    // Codes lie in the order of the inputs; ours must lie in that of the groups.
    const Tensor inOrder = codes.codes;
    const auto rowBytes = size_t(words * 4);
    codes.codes = packRows(outputs_, inputs_, bits, [&](int64_t first, int64_t count, uint8_t* to) {
        std::vector<uint8_t> row(static_cast<size_t>(inputs_));
        for (int64_t r = 0; r < count; ++r) {
            unpackCodes(inOrder.view<uint8_t>().subspan(size_t(first + r) * rowBytes, rowBytes), bits, 0, row);
            for (size_t i = 0; i < order.size(); ++i) to[size_t(r * inputs_) + i] = row[size_t(order[i])];
        }
    });
    Tensor places = Tensor::zeros(DType::I32, {inputs_});
    std::copy(order.begin(), order.end(), places.fill<int32_t>().begin());
    return std::make_shared<GatheredLinear>(mapOf(std::move(codes), what_), std::move(places));
}

LinearWeightPtr StoredMap::readEightBits() const
{
    const Shape shape{outputs_, inputs_};
    const std::string type = source_.typeOf(name_ + ".weight");
    if (type != "I8" && type != "F8_E4M3")
        fail(ErrorCode::Unsupported, "{}: weights of the type {} with scales are not read", what_, type);
    const Tensor stored = source_.tensor(name_ + ".weight_scale", {});
    const bool whole = stored.count() == 1;
    const Tensor scales = whole ? stored.reshaped({1, 1}) : readScales();
    Tensor offsets;
    if (source_.has(name_ + ".weight_zero_point")) {
        const Tensor zeros = source_.tensor(name_ + ".weight_zero_point", {});
        if (zeros.count() != scales.count())
            fail(ErrorCode::BadFile, "{}: {} zero points for {} scales", what_, zeros.count(), scales.count());
        std::vector<float> values = zeros.toFloats();
        const std::vector<float> factors = scales.toFloats();
        for (size_t i = 0; i < values.size(); ++i) values[i] *= -factors[i];
        if (std::any_of(values.begin(), values.end(), [](float value) { return value != 0; }))
            offsets = Tensor::fromFloats(scales.shape(), values);
    }
    return eightBitMap(source_, name_, shape, scales, whole ? outputs_ : 1, whole ? inputs_ : groupSize(scales),
                       offsets);
}

// Scales of FP8 for groups of 16, divided by one scale of the matrix.
LinearWeightPtr StoredMap::readNvfp4() const
{
    constexpr int64_t group = 16;
    if (inputs_ % group != 0) fail(ErrorCode::BadFile, "{}: groups of 16 do not divide {} inputs", what_, inputs_);
    const Tensor global = source_.tensor(name_ + ".weight_global_scale", {});
    const float divisor = global.count() == 1 ? global.toFloats()[0] : 0.0f;
    if (!(divisor > 0)) fail(ErrorCode::BadFile, "{}: 'weight_global_scale' must be one positive number", what_);
    const Shape shape{outputs_, inputs_ / group};
    const Tensor stored = readFloat8(source_, name_ + ".weight_scale", shape);
    std::vector<float> scales;
    for (const uint8_t code : stored.view<uint8_t>()) scales.push_back(e4m3ToFloat(code) / divisor);
    LookupMatrix matrix;
    matrix.bits = 4;
    matrix.rows = outputs_;
    matrix.columns = inputs_;
    matrix.groupColumns = group;
    matrix.codes = source_.bytes(name_ + ".weight_packed", {outputs_, inputs_ / 2});
    matrix.table = e2m1Table();
    matrix.scales = Tensor::fromFloats(shape, scales);
    return std::make_shared<LookupLinear>(std::move(matrix), "NVFP4");
}

class CompressedTensors : public QuantizationMethod {
public:
    CompressedTensors(const Json& settings, const std::string& where)
    {
        static constexpr std::array<std::string_view, 7> read{
            "pack-quantized", "int-quantized", "float-quantized", "naive-quantized", "nvfp4-pack-quantized",
            "mixed-precision", "dense"};
        const std::string format = optionalString(settings, "format", "dense", where);
        if (std::find(read.begin(), read.end(), format) == read.end())
            fail(ErrorCode::Unsupported, "{}: the compressed-tensors format '{}' is not read", where, format);
    }

    LinearWeightPtr read(const CheckpointSource& source, const std::string& name, int64_t outputs,
                         int64_t inputs) const override
    {
        return StoredMap(source, name, outputs, inputs).read();
    }
};

} // namespace

QuantizationMethodPtr compressedTensorsMethod(const Json& settings, const std::string& where)
{
    return std::make_shared<CompressedTensors>(settings, where);
}

} // namespace paretoscope
