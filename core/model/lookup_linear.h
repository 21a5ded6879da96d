// Linear maps as codes of a table, and maps whose inputs come in another order.
#pragma once

#include "core/model/linear_weight.h"
#include "core/tensor/lookup_layout.h"

#include <string>
#include <vector>

namespace paretoscope {

// tensor/lookup_layout.h.
class LookupLinear : public LinearWeight {
public:
    // `name` is what people call the codes ("NF4"). Error(BadFile) unless valid.
    LookupLinear(LookupMatrix matrix, std::string name);

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "lookup"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    // Scales that rows share are given to each row.
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const LookupMatrix& matrix() const { return matrix_; }

private:
    LookupMatrix matrix_;
    std::string name_;
};

// y = inner(x[order]): what GPTQ with activation order leaves. The inner map is of any kind that
// the representation table knows, except this one.
class GatheredLinear : public LinearWeight {
public:
    // `order` I32 [inputs], a permutation; Error(BadFile) otherwise.
    GatheredLinear(LinearWeightPtr inner, Tensor order);

    int64_t outputs() const override { return inner_->outputs(); }
    int64_t inputs() const override { return inner_->inputs(); }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "gathered"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return inner_->storedBytes() + order_.sizeBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const LinearWeightPtr& inner() const { return inner_; }
    std::span<const int32_t> order() const { return order_.view<int32_t>(); }

private:
    LinearWeightPtr inner_;
    Tensor order_;
};

LinearWeightPtr readLookup(const Json& attributes, const TensorMap& tensors, const std::string& what);
LinearWeightPtr readGathered(const Json& attributes, const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
