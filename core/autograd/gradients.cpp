#include "core/autograd/gradients.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

Gradients::Gradients(std::vector<Tensor> parameters) : parameters_(std::move(parameters))
{
    for (const Tensor& parameter : parameters_) {
        if (parameter.dtype() != DType::F32) fail(ErrorCode::Internal, "only f32 tensors are trained");
        if (!places_.emplace(parameter.bytes().data(), sums_.size()).second)
            fail(ErrorCode::Internal, "a parameter is there twice");
        sums_.emplace_back(size_t(parameter.count()), 0.0f);
    }
}

MatrixView Gradients::of(const Tensor& tensor)
{
    if (tensor.empty()) return {};
    const auto found = places_.find(tensor.bytes().data());
    if (found == places_.end()) return {};
    const int64_t columns = tensor.shape().empty() ? 1 : tensor.shape().back();
    return {sums_[found->second].data(), tensor.count() / columns, columns};
}

void Gradients::clear()
{
    for (std::vector<float>& sum : sums_) std::fill(sum.begin(), sum.end(), 0.0f);
}

void Gradients::scale(float factor)
{
    for (std::vector<float>& sum : sums_)
        for (float& value : sum) value *= factor;
}

double Gradients::norm() const
{
    double total = 0;
    for (const std::vector<float>& sum : sums_)
        for (const float value : sum) total += double(value) * double(value);
    return std::sqrt(total);
}

int64_t Gradients::count() const
{
    int64_t total = 0;
    for (const std::vector<float>& sum : sums_) total += int64_t(sum.size());
    return total;
}

} // namespace paretoscope
