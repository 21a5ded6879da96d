// Linear maps of two-level groups, and maps with a few numbers kept apart.
#pragma once

#include "core/model/linear_weight.h"
#include "core/tensor/bilevel_layout.h"

namespace paretoscope {

// tensor/bilevel_layout.h. Products expand panels of rows.
class BilevelLinear : public LinearWeight {
public:
    explicit BilevelLinear(BilevelMatrix matrix); // Error(BadFile) unless valid

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "bilevel"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    std::string slowBecause() const override;
    const BilevelMatrix& matrix() const { return matrix_; }

private:
    BilevelMatrix matrix_;
};

// y = inner(x) + S x with sparse S; where S has an entry, the inner map's weight is part of the sum.
class OutlierLinear : public LinearWeight {
public:
    OutlierLinear(LinearWeightPtr inner, SparseRows outliers); // Error(BadFile) unless they fit

    int64_t outputs() const override { return inner_->outputs(); }
    int64_t inputs() const override { return inner_->inputs(); }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "outliers"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return inner_->storedBytes() + outliers_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    std::string slowBecause() const override { return inner_->slowBecause(); }
    const LinearWeightPtr& inner() const { return inner_; }
    const SparseRows& outliers() const { return outliers_; }

private:
    LinearWeightPtr inner_;
    SparseRows outliers_;
};

LinearWeightPtr readBilevel(const Json& attributes, const TensorMap& tensors, const std::string& what);
LinearWeightPtr readOutliers(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
