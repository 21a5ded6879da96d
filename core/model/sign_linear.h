// Linear maps as signs with magnitudes for rows and columns.
#pragma once

#include "core/model/linear_weight.h"
#include "core/tensor/sign_layout.h"

#include <string>

namespace paretoscope {

// tensor/sign_layout.h: what OneBit leaves.
class SignLinear : public LinearWeight {
public:
    explicit SignLinear(SignMatrix matrix); // Error(BadFile) unless valid

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "signs"; }
    std::string description() const override { return "signs with magnitudes of rows and columns"; }
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const SignMatrix& matrix() const { return matrix_; }

private:
    SignMatrix matrix_;
};

LinearWeightPtr readSigns(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
