// Linear maps with eight-bit weights whose inputs are rounded to eight bits as well.
#pragma once

#include "core/model/linear_weight.h"

#include <string>

namespace paretoscope {

// Codes of 8 bits, symmetric, one scale a row (tensor/packed_layout.h with groupSize = columns).
// Each row of inputs is divided by its largest magnitude over 127 and rounded before it is
// multiplied; `toDense` is the weights alone.
class Int8Linear : public LinearWeight {
public:
    static constexpr int64_t mostInputs = 65536; // whose products 32 bits hold

    explicit Int8Linear(PackedMatrix matrix); // Error(BadFile) unless valid and of that form

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "int8"; }
    std::string description() const override { return "8-bit weights and activations"; }
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override { return {{"codes", matrix_.codes}, {"scales", matrix_.scales}}; }
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const PackedMatrix& matrix() const { return matrix_; }

private:
    PackedMatrix matrix_;
};

LinearWeightPtr readInt8(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
