// Linear maps whose inputs are rotated first, and maps over integers of few bits.
#pragma once

#include "core/backend/compressed_products.h"
#include "core/model/linear_weight.h"
#include "core/tensor/hadamard.h"

#include <string>

namespace paretoscope {

// How a vector of inputs is rotated: seen as [inputs / (order · inner), order, inner] and multiplied by
// the HadamardMatrix of that order along the middle.
struct InputRotation {
    int64_t order = 1;
    int64_t inner = 1;

    bool operator==(const InputRotation&) const = default;
};

// y = inner(Q x): what QuaRot leaves where no earlier map can take the rotation. The inner map is of any
// kind that the representation table knows, except this one.
class RotatedLinear : public LinearWeight {
public:
    // Error(BadFile) when the rotation does not divide the inputs or has no fast form.
    RotatedLinear(LinearWeightPtr inner, InputRotation rotation);

    int64_t outputs() const override { return inner_->outputs(); }
    int64_t inputs() const override { return inner_->inputs(); }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "rotated"; }
    std::string description() const override { return inner_->description() + ", inputs rotated"; }
    void toDense(int64_t begin, MatrixView y) const override; // for inputs that are not rotated
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return inner_->storedBytes(); }
    TensorMap tensors() const override { return inner_->tensors(); }
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    std::string slowBecause() const override { return inner_->slowBecause(); }
    bool hasFiniteParts() const override { return inner_->hasFiniteParts(); }
    const LinearWeightPtr& inner() const { return inner_; }
    const InputRotation& rotation() const { return rotation_; }
    const HadamardMatrix& matrix() const { return matrix_; }

private:
    LinearWeightPtr inner_;
    InputRotation rotation_;
    HadamardMatrix matrix_;
};

// Symmetric codes of 2 to 8 bits with one scale a row (tensor/packed_layout.h with groupSize = columns),
// multiplied in integers with inputs that are rounded row by row. `toDense` is the weights alone.
class IntegerLinear : public LinearWeight {
public:
    static constexpr int64_t mostInputs = 65536; // whose products 32 bits hold

    // Error(BadFile) unless valid and of that form.
    IntegerLinear(PackedMatrix matrix, ActivationRounding rounding);

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "integer"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override { return {{"codes", matrix_.codes}, {"scales", matrix_.scales}}; }
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const PackedMatrix& matrix() const { return matrix_; }
    const ActivationRounding& rounding() const { return rounding_; }

private:
    PackedMatrix matrix_;
    ActivationRounding rounding_;
};

LinearWeightPtr readRotated(const Json& attributes, const TensorMap& tensors, const std::string& what);
LinearWeightPtr readInteger(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
