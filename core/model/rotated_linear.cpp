#include "core/model/rotated_linear.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>
#include <fmt/format.h>

namespace paretoscope {

namespace {

constexpr int64_t mostExtent = int64_t{1} << 31;

HadamardMatrix requireRotation(const InputRotation& rotation, int64_t inputs)
{
    // Extents are bounded before they are multiplied: files say them.
    const bool fits = rotation.order > 0 && rotation.inner > 0 && rotation.order <= inputs && rotation.inner <= inputs &&
                      inputs % (rotation.order * rotation.inner) == 0;
    if (!fits)
        fail(ErrorCode::BadFile, "a rotation of {} by {} does not fit {} inputs", rotation.order, rotation.inner, inputs);
    return HadamardMatrix(rotation.order);
}

void requireForm(const PackedMatrix& matrix, const ActivationRounding& rounding, const std::string& what)
{
    validatePacked(matrix, what);
    if (!matrix.symmetric || matrix.groupSize != matrix.columns)
        fail(ErrorCode::BadFile, "{}: integer products need one scale a row and no zero points", what);
    if (matrix.columns > IntegerLinear::mostInputs)
        fail(ErrorCode::BadFile, "{}: {} inputs are more than 32-bit sums hold", what, matrix.columns);
    if (rounding.bits < 2 || rounding.bits > 8 || !(rounding.clip > 0) || !(rounding.clip <= 1))
        fail(ErrorCode::BadFile, "{}: activations cannot be rounded to {} bits with {} of their range", what, rounding.bits,
             rounding.clip);
}

} // namespace

RotatedLinear::RotatedLinear(LinearWeightPtr inner, InputRotation rotation)
    : inner_(std::move(inner)), rotation_(rotation), matrix_(requireRotation(rotation, inner_->inputs()))
{
}

void RotatedLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    std::vector<float> copy(static_cast<size_t>(x.rows * x.columns));
    const MatrixView rotated{copy.data(), x.rows, x.columns};
    for (int64_t r = 0; r < x.rows; ++r) std::copy_n(x.row(r), x.columns, rotated.row(r));
    compressedProducts(backend).rotate(matrix_, false, rotation_.inner, rotated);
    inner_->apply(backend, rotated, bias, y);
}

// w · Q for each row w: Qᵀ w as columns.
void RotatedLinear::toDense(int64_t begin, MatrixView y) const
{
    inner_->toDense(begin, y);
    compressedProducts(*cpuBackend()).rotate(matrix_, true, rotation_.inner, y);
}

Json RotatedLinear::attributes() const
{
    return {{"order", rotation_.order},
            {"stride", rotation_.inner},
            {"inner", inner_->kind()},
            {"inner_attributes", inner_->attributes()}};
}

std::shared_ptr<const LinearWeight> RotatedLinear::selectRows(std::span<const RowRange> ranges) const
{
    return std::make_shared<RotatedLinear>(inner_->selectRows(ranges), rotation_);
}

IntegerLinear::IntegerLinear(PackedMatrix matrix, ActivationRounding rounding)
    : matrix_(std::move(matrix)), rounding_(rounding)
{
    requireForm(matrix_, rounding_, "integer weight");
}

void IntegerLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    compressedProducts(backend).linearInteger(x, matrix_, rounding_, bias, y);
}

std::string IntegerLinear::description() const
{
    return fmt::format("{}-bit weights, {}-bit activations", matrix_.bits, rounding_.bits);
}

void IntegerLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) dequantizeRow(matrix_, begin + r, y.rowSpan(r));
}

Json IntegerLinear::attributes() const
{
    return {{"bits", matrix_.bits},
            {"rows", matrix_.rows},
            {"columns", matrix_.columns},
            {"activation_bits", rounding_.bits},
            {"activation_clip", rounding_.clip}};
}

std::shared_ptr<const LinearWeight> IntegerLinear::selectRows(std::span<const RowRange> ranges) const
{
    PackedMatrix part = matrix_;
    part.codes = selectTensorRows(matrix_.codes, ranges);
    part.scales = selectTensorRows(matrix_.scales, ranges);
    part.rows = part.codes.extent(0);
    return std::make_shared<IntegerLinear>(std::move(part), rounding_);
}

LinearWeightPtr readRotated(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    const std::string kind = requireString(attributes, "inner", what);
    if (kind == "rotated") fail(ErrorCode::BadFile, "{}: a rotation inside a rotation", what);
    const InputRotation rotation{requireInteger(attributes, "order", 1, mostExtent, what),
                                 requireInteger(attributes, "stride", 1, mostExtent, what)};
    LinearWeightPtr inner =
        linearWeightFromTensors(kind, requireField(attributes, "inner_attributes", what), tensors, what);
    try {
        return std::make_shared<RotatedLinear>(std::move(inner), rotation);
    } catch (const Error& error) {
        fail(ErrorCode::BadFile, "{}: {}", what, error.what());
    }
}

LinearWeightPtr readInteger(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    PackedMatrix matrix;
    matrix.symmetric = true;
    matrix.bits = int(requireInteger(attributes, "bits", minPackedBits, maxPackedBits, what));
    matrix.rows = requireInteger(attributes, "rows", 1, mostExtent, what);
    matrix.columns = matrix.groupSize = requireInteger(attributes, "columns", 1, IntegerLinear::mostInputs, what);
    for (const char* name : {"codes", "scales"})
        if (!tensors.contains(name)) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    matrix.codes = tensors.at("codes");
    matrix.scales = tensors.at("scales");
    const ActivationRounding rounding{int(requireInteger(attributes, "activation_bits", 2, 8, what)),
                                      float(optionalNumber(attributes, "activation_clip", 1, what))};
    requireForm(matrix, rounding, what);
    return std::make_shared<IntegerLinear>(std::move(matrix), rounding);
}

} // namespace paretoscope
