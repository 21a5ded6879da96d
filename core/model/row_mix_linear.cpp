#include "core/model/row_mix_linear.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <fmt/format.h>

namespace paretoscope {

namespace {

constexpr const char* firstPrefix = "first.";
constexpr const char* secondPrefix = "second.";

LinearWeightPtr readPart(const Json& attributes, const TensorMap& tensors, const std::string& prefix,
                         const std::string& what)
{
    const std::string name = prefix.substr(0, prefix.size() - 1);
    const std::string kind = requireString(attributes, name.c_str(), what);
    if (kind == "row_mix") fail(ErrorCode::BadFile, "{}: a mix of rows inside a mix of rows", what);
    TensorMap part;
    for (const auto& [key, tensor] : tensors)
        if (key.starts_with(prefix)) part[key.substr(prefix.size())] = tensor;
    return linearWeightFromTensors(kind, requireField(attributes, (name + "_attributes").c_str(), what), part, what);
}

} // namespace

RowMixLinear::RowMixLinear(LinearWeightPtr first, LinearWeightPtr second, Tensor order)
    : first_(std::move(first)), second_(std::move(second)), order_(std::move(order))
{
    if (first_->inputs() != second_->inputs())
        fail(ErrorCode::BadFile, "rows with {} and {} inputs cannot be one map", first_->inputs(), second_->inputs());
    if (order_.dtype() != DType::I32 || order_.shape() != Shape{outputs()})
        fail(ErrorCode::BadFile, "the order of {} rows has the shape {}", outputs(), shapeText(order_.shape()));
    places_.assign(size_t(outputs()), -1);
    for (int32_t i = 0; i < int32_t(outputs()); ++i) {
        int32_t row = 0; // the tensor may be unaligned
        std::copy_n(order_.bytes().data() + size_t(i) * sizeof row, sizeof row, reinterpret_cast<std::byte*>(&row));
        if (row < 0 || row >= outputs() || places_[size_t(row)] >= 0)
            fail(ErrorCode::BadFile, "the order of rows is not a permutation (it names {})", row);
        places_[size_t(row)] = i;
    }
}

void RowMixLinear::apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const
{
    const int64_t split = first_->outputs();
    std::vector<float> parts(static_cast<size_t>(x.rows * outputs()));
    const MatrixView low{parts.data(), x.rows, split, outputs()};
    const MatrixView high{parts.data() + split, x.rows, second_->outputs(), outputs()};
    first_->apply(backend, x, nullptr, low);
    second_->apply(backend, x, nullptr, high);
    for (int64_t m = 0; m < x.rows; ++m)
        for (int64_t n = 0; n < outputs(); ++n) y.row(m)[n] = low.row(m)[places_[size_t(n)]] + (bias ? bias[n] : 0.0f);
}

std::string RowMixLinear::description() const
{
    return fmt::format("{} rows in {} and {} in {}", first_->outputs(), first_->description(), second_->outputs(),
                       second_->description());
}

void RowMixLinear::toDense(int64_t begin, MatrixView y) const
{
    for (int64_t r = 0; r < y.rows; ++r) {
        const int64_t place = places_[size_t(begin + r)];
        const MatrixView row{y.row(r), 1, y.columns};
        if (place < first_->outputs()) first_->toDense(place, row);
        else second_->toDense(place - first_->outputs(), row);
    }
}

TensorMap RowMixLinear::tensors() const
{
    TensorMap map{{"order", order_}};
    for (const auto& [name, tensor] : first_->tensors()) map[firstPrefix + name] = tensor;
    for (const auto& [name, tensor] : second_->tensors()) map[secondPrefix + name] = tensor;
    return map;
}

Json RowMixLinear::attributes() const
{
    return {{"first", first_->kind()},
            {"first_attributes", first_->attributes()},
            {"second", second_->kind()},
            {"second_attributes", second_->attributes()}};
}

LinearWeightPtr readRowMix(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    const LinearWeightPtr first = readPart(attributes, tensors, firstPrefix, what);
    const LinearWeightPtr second = readPart(attributes, tensors, secondPrefix, what);
    const auto order = tensors.find("order");
    if (order == tensors.end()) fail(ErrorCode::BadFile, "{}: its 'order' is missing", what);
    try {
        return std::make_shared<RowMixLinear>(first, second, order->second);
    } catch (const Error& error) {
        fail(error.code(), "{}: {}", what, error.what());
    }
}

} // namespace paretoscope
