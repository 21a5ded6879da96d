// Linear maps whose rows are stored in two forms.
#pragma once

#include "core/model/linear_weight.h"

#include <string>

namespace paretoscope {

// The outputs of two maps over the same inputs, put in order: what MixLLM leaves. The parts are of any
// kind that the representation table knows, except this one.
class RowMixLinear : public LinearWeight {
public:
    // order I32 [rows of both]: output order[i] is row i of the first part's rows followed by the second's.
    // A permutation; Error(BadFile) otherwise, or when the parts have different inputs.
    RowMixLinear(LinearWeightPtr first, LinearWeightPtr second, Tensor order);

    int64_t outputs() const override { return first_->outputs() + second_->outputs(); }
    int64_t inputs() const override { return first_->inputs(); }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "row_mix"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override
    {
        return first_->storedBytes() + second_->storedBytes() + order_.sizeBytes();
    }
    TensorMap tensors() const override;
    Json attributes() const override;
    bool hasFiniteParts() const override { return first_->hasFiniteParts() && second_->hasFiniteParts(); }
    const LinearWeightPtr& first() const { return first_; }
    const LinearWeightPtr& second() const { return second_; }

private:
    LinearWeightPtr first_, second_;
    Tensor order_;
    std::vector<int32_t> places_; // of each output among the parts' rows
};

LinearWeightPtr readRowMix(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
