// Linear maps as codes with real zero points, and maps with a few entries kept apart.
#pragma once

#include "core/model/linear_weight.h"
#include "core/tensor/affine_layout.h"
#include "core/tensor/sparse_layout.h"

#include <string>

namespace paretoscope {

// tensor/affine_layout.h: what HQQ and SpQR leave.
class AffineLinear : public LinearWeight {
public:
    explicit AffineLinear(AffineMatrix matrix); // Error(BadFile) unless valid

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "affine"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    // Grids that rows share are given to each row.
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const AffineMatrix& matrix() const { return matrix_; }

private:
    AffineMatrix matrix_;
};

// inner + a few entries (tensor/sparse_layout.h). The inner map is of any kind that the
// representation table knows, except this one and one in another order.
class OutlierLinear : public LinearWeight {
public:
    // Error(BadFile) unless valid and of the inner map's shape.
    OutlierLinear(LinearWeightPtr inner, SparseRows outliers);

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
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    std::string slowBecause() const override { return inner_->slowBecause(); }
    bool hasFiniteParts() const override { return inner_->hasFiniteParts(); }
    const LinearWeightPtr& inner() const { return inner_; }
    const SparseRows& outliers() const { return outliers_; }

private:
    LinearWeightPtr inner_;
    SparseRows outliers_;
};

LinearWeightPtr readAffine(const Json& attributes, const TensorMap& tensors, const std::string& what);
LinearWeightPtr readOutliers(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
