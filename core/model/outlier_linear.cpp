#include "core/model/outlier_linear.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace paretoscope {

namespace {

constexpr int64_t mostExtent = int64_t{1} << 31;

const Tensor& part(const TensorMap& tensors, const char* name, const std::string& what)
{
    const auto found = tensors.find(name);
    if (found == tensors.end()) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    return found->second;
}

// A file may put numbers at odd addresses.
Tensor aligned(const Tensor& tensor)
{
    Tensor copy = Tensor::zeros(tensor.dtype(), tensor.shape());
    const auto from = tensor.bytes();
    std::copy(from.begin(), from.end(), const_cast<std::byte*>(copy.bytes().data()));
    return copy;
}

// Panels of expanded rows, each multiplied as a whole.
void applyExpanded(const Backend& backend, const LinearWeight& map, ConstMatrixView x, const float* bias, MatrixView y)
{
    constexpr int64_t panelFloats = 1 << 20;
    const int64_t step = std::clamp<int64_t>(panelFloats / map.inputs(), 1, map.outputs());
    std::vector<float> memory(size_t(step * map.inputs()));
    for (int64_t begin = 0; begin < map.outputs(); begin += step) {
        const int64_t rows = std::min(step, map.outputs() - begin);
        parallelFor(rows, 8, [&](int64_t first, int64_t last) {
            map.toDense(begin + first, {memory.data() + first * map.inputs(), last - first, map.inputs()});
        });
        backend.gemm(false, true, 1, x, {memory.data(), rows, map.inputs()}, false, {y.data + begin, y.rows, rows, y.stride});
    }
    if (!bias) return;
    for (int64_t r = 0; r < y.rows; ++r)
        for (int64_t c = 0; c < y.columns; ++c) y.row(r)[c] += bias[c];
}

} // namespace

BilevelLinear::BilevelLinear(BilevelMatrix matrix) : matrix_(std::move(matrix))
{
    validateBilevel(matrix_, "weight of two-level groups");
}

void BilevelLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    applyExpanded(backend, *this, x, bias, y);
}

std::string BilevelLinear::description() const
{
    return fmt::format("{}-bit groups of {} with {}-bit scales", matrix_.bits, matrix_.groupSize, matrix_.statisticBits);
}

std::string BilevelLinear::slowBecause() const
{
    return "two-level groups have no kernel of their own: they are expanded for every product";
}

void BilevelLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) expandBilevelRow(matrix_, begin + r, y.rowSpan(r));
}

TensorMap BilevelLinear::tensors() const
{
    return {{"codes", matrix_.codes}, {"scale_codes", matrix_.scaleCodes}, {"zero_codes", matrix_.zeroCodes},
            {"statistics", matrix_.statistics}};
}

Json BilevelLinear::attributes() const
{
    return {{"bits", matrix_.bits},           {"statistic_bits", matrix_.statisticBits}, {"group_size", matrix_.groupSize},
            {"tile_rows", matrix_.tileRows}, {"rows", matrix_.rows},                    {"columns", matrix_.columns}};
}

OutlierLinear::OutlierLinear(LinearWeightPtr inner, SparseRows outliers)
    : inner_(std::move(inner)), outliers_(std::move(outliers))
{
    validateSparse(outliers_, "outliers");
    if (outliers_.rows != inner_->outputs() || outliers_.width != inner_->inputs())
        fail(ErrorCode::BadFile, "outliers of a {} by {} matrix in one of {} by {}", outliers_.rows, outliers_.width,
             inner_->outputs(), inner_->inputs());
}

void OutlierLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    inner_->apply(backend, x, bias, y);
    parallelFor(outputs(), 256, [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o)
            visitSparseRow(outliers_, o, [&](int64_t column, float value) {
                for (int64_t r = 0; r < x.rows; ++r) y.row(r)[o] += value * x.row(r)[column];
            });
    });
}

std::string OutlierLinear::description() const
{
    return fmt::format("{} and {:.2f}% outliers", inner_->description(),
                       100 * double(outliers_.entries()) / double(std::max<int64_t>(1, parameters())));
}

void OutlierLinear::toDense(int64_t begin, MatrixView y) const
{
    inner_->toDense(begin, y);
    for (int64_t r = 0; r < y.rows; ++r)
        visitSparseRow(outliers_, begin + r, [&](int64_t column, float value) { y.row(r)[column] += value; });
}

TensorMap OutlierLinear::tensors() const
{
    TensorMap map = inner_->tensors();
    map["outlier_offsets"] = outliers_.offsets;
    map["outlier_places"] = outliers_.places;
    map["outlier_values"] = outliers_.values;
    return map;
}

Json OutlierLinear::attributes() const
{
    return {{"inner", inner_->kind()}, {"inner_attributes", inner_->attributes()}};
}

LinearWeightPtr readBilevel(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    BilevelMatrix matrix;
    matrix.bits = int(requireInteger(attributes, "bits", 2, 8, what));
    matrix.statisticBits = int(requireInteger(attributes, "statistic_bits", 2, 8, what));
    matrix.groupSize = requireInteger(attributes, "group_size", 1, mostExtent, what);
    matrix.tileRows = requireInteger(attributes, "tile_rows", 1, mostExtent, what);
    matrix.rows = requireInteger(attributes, "rows", 1, mostExtent, what);
    matrix.columns = requireInteger(attributes, "columns", 1, mostExtent, what);
    matrix.codes = part(tensors, "codes", what);
    matrix.scaleCodes = part(tensors, "scale_codes", what);
    matrix.zeroCodes = part(tensors, "zero_codes", what);
    matrix.statistics = part(tensors, "statistics", what);
    validateBilevel(matrix, what);
    return std::make_shared<BilevelLinear>(std::move(matrix));
}

LinearWeightPtr readOutliers(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    const std::string kind = requireString(attributes, "inner", what);
    if (kind == "outliers" || kind == "gathered") fail(ErrorCode::BadFile, "{}: outliers over a map of the kind '{}'", what, kind);
    TensorMap inner = tensors;
    SparseRows sparse;
    sparse.offsets = aligned(part(tensors, "outlier_offsets", what));
    sparse.places = aligned(part(tensors, "outlier_places", what));
    sparse.values = aligned(part(tensors, "outlier_values", what));
    for (const char* name : {"outlier_offsets", "outlier_places", "outlier_values"}) inner.erase(name);
    const LinearWeightPtr map
        = linearWeightFromTensors(kind, requireField(attributes, "inner_attributes", what), inner, what);
    sparse.rows = map->outputs();
    sparse.width = map->inputs();
    validateSparse(sparse, what);
    return std::make_shared<OutlierLinear>(map, std::move(sparse));
}

} // namespace paretoscope
