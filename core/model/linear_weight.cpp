#include "core/model/linear_weight.h"

#include "core/base/error.h"
#include "core/base/json.h"

namespace paretoscope {

std::vector<float> LinearWeight::toDense() const
{
    std::vector<float> dense(static_cast<size_t>(parameters()));
    toDense(0, {dense.data(), outputs(), inputs()});
    return dense;
}

DenseLinear::DenseLinear(Tensor weight) : weight_(std::move(weight))
{
    if (weight_.shape().size() != 2 || !traits(weight_.dtype()).isFloat)
        fail(ErrorCode::BadFile, "a linear map needs a float matrix, not {} of type {}",
             shapeText(weight_.shape()), traits(weight_.dtype()).name);
}

void DenseLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    backend.linear(x, weight_, bias, y);
}

std::string DenseLinear::description() const
{
    return fmt::format("dense {}", traits(weight_.dtype()).name);
}

void DenseLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) weight_.toFloats((begin + r) * inputs(), y.rowSpan(r));
}

Json DenseLinear::attributes() const
{
    return Json::object();
}

PackedLinear::PackedLinear(PackedMatrix matrix) : matrix_(std::move(matrix))
{
    validatePacked(matrix_, "packed weight");
}

void PackedLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    backend.linearPacked(x, matrix_, bias, y);
}

std::string PackedLinear::description() const
{
    return fmt::format("{}-bit {} groups of {}", matrix_.bits,
                       matrix_.symmetric ? "symmetric" : "asymmetric", matrix_.groupSize);
}

void PackedLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) dequantizeRow(matrix_, begin + r, y.rowSpan(r));
}

TensorMap PackedLinear::tensors() const
{
    TensorMap map{{"codes", matrix_.codes}, {"scales", matrix_.scales}};
    if (!matrix_.symmetric) map["zeros"] = matrix_.zeros;
    return map;
}

Json PackedLinear::attributes() const
{
    return {{"bits", matrix_.bits},
            {"group_size", matrix_.groupSize},
            {"symmetric", matrix_.symmetric},
            {"rows", matrix_.rows},
            {"columns", matrix_.columns}};
}

} // namespace paretoscope
