// Linear maps as codes of additive codebooks or of a palette.
#pragma once

#include "core/model/linear_weight.h"
#include "core/tensor/codebook_layout.h"

#include <string>

namespace paretoscope {

// tensor/codebook_layout.h: what AQLM, PV-Tuning and eDKM leave.
class CodebookLinear : public LinearWeight {
public:
    explicit CodebookLinear(CodebookMatrix matrix); // Error(BadFile) unless valid

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "codebooks"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    // One range of whole sets shares the bytes; rows of several sets are refused.
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const CodebookMatrix& matrix() const { return matrix_; }

private:
    CodebookMatrix matrix_;
};

LinearWeightPtr readCodebooks(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
