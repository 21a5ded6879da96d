#include "core/run/bench/stored_forms.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/random.h"
#include "core/model/int8_linear.h"
#include "core/model/lookup_linear.h"

namespace paretoscope::bench {

namespace {

constexpr double eightBitTarget = 1.3; // byte products are faster than those of floats

class Maker {
public:
    Maker(int64_t outputs, int64_t inputs) : rows_(outputs), columns_(inputs), random_(1, "bench forms") {}

    LinearWeightPtr dense(DType dtype)
    {
        Tensor tensor = Tensor::zeros(dtype, {rows_, columns_});
        for (int64_t i = 0; i < rows_ * columns_; ++i) {
            const auto value = float(0.1 * random_.uniform() - 0.05);
            if (dtype == DType::F32) tensor.fill<float>()[size_t(i)] = value;
            else tensor.fill<uint16_t>()[size_t(i)] = dtype == DType::F16 ? floatToHalf(value) : floatToBfloat16(value);
        }
        return std::make_shared<DenseLinear>(std::move(tensor));
    }

    PackedMatrix packed(int bits, int64_t groupSize, bool symmetric)
    {
        PackedMatrix matrix;
        matrix.bits = bits;
        matrix.groupSize = groupSize;
        matrix.symmetric = symmetric;
        matrix.rows = rows_;
        matrix.columns = columns_;
        matrix.codes = bytes(packedBytes(columns_, bits));
        matrix.scales = Tensor::zeros(DType::F16, {rows_, matrix.groups()});
        for (uint16_t& scale : matrix.scales.fill<uint16_t>()) scale = floatToHalf(0.01f);
        if (!symmetric) matrix.zeros = bytes(packedBytes(matrix.groups(), bits));
        return matrix;
    }

    LinearWeightPtr blocks(const char* name)
    {
        BlockMatrix matrix;
        matrix.format = blockFormatByName(name);
        matrix.rows = rows_;
        matrix.columns = columns_;
        matrix.blocks = bytes(matrix.rowBytes());
        const std::span<uint8_t> all = matrix.blocks.fill<uint8_t>();
        for (size_t at = 0; at < all.size(); at += size_t(matrix.format->bytes))
            for (const int place : {matrix.format->scaleAt, matrix.format->minimumAt})
                if (place >= 0) all[at + size_t(place) + 1] = 0x20; // a small number
        return std::make_shared<BlockLinear>(std::move(matrix));
    }

    LinearWeightPtr normalFloats()
    {
        LookupMatrix matrix;
        matrix.rows = rows_;
        matrix.columns = columns_;
        matrix.codes = bytes(columns_ / 2);
        std::vector<float> table;
        for (int i = 0; i < 16; ++i) table.push_back(float(i) / 8 - 1);
        matrix.table = Tensor::fromFloats({16}, table);
        const std::vector<float> scales(size_t(rows_ * columns_ / 64), 0.05f);
        matrix.scales = Tensor::fromFloats({rows_, columns_ / 64}, scales);
        return std::make_shared<LookupLinear>(std::move(matrix), "nf4");
    }

private:
    Tensor bytes(int64_t ofRow)
    {
        Tensor tensor = Tensor::zeros(DType::U8, {rows_, ofRow});
        for (uint8_t& byte : tensor.fill<uint8_t>()) byte = uint8_t(random_.below(256));
        return tensor;
    }

    int64_t rows_, columns_;
    Random random_;
};

} // namespace

std::vector<StoredForm> storedForms(int64_t outputs, int64_t inputs)
{
    Maker maker(outputs, inputs);
    std::vector<StoredForm> forms{{"f32", maker.dense(DType::F32)},
                                  {"f16", maker.dense(DType::F16)},
                                  {"bf16", maker.dense(DType::BF16), eightBitTarget}};
    for (const int bits : {8, 6, 5, 4, 3, 2})
        forms.push_back({fmt::format("packed{}", bits), std::make_shared<PackedLinear>(maker.packed(bits, 128, false)),
                         bits == 8 ? eightBitTarget : 0.85});
    for (const char* name : {"Q8_0", "Q4_0", "Q4_K", "Q6_K", "IQ4_NL", "IQ2_XXS", "TQ1_0", "MXFP4"})
        forms.push_back({name, maker.blocks(name), std::string(name) == "Q8_0" ? eightBitTarget : 0.85});
    forms.push_back({"nf4", maker.normalFloats()});
    forms.push_back({"int8", std::make_shared<Int8Linear>(maker.packed(8, inputs, true)), eightBitTarget});
    return forms;
}

} // namespace paretoscope::bench
