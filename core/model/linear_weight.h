// One linear map in some stored representation.
#pragma once

#include "core/backend/linear_map.h"
#include "core/base/json_forward.h"
#include "core/tensor/block_format.h"
#include "core/tensor/packed_layout.h"
#include "core/tensor/tensor.h"

#include <map>
#include <memory>
#include <span>
#include <string>

namespace paretoscope {

// Tensors of one representation by their local names ("codes", "scales").
using TensorMap = std::map<std::string, Tensor>;

// Rows [begin, end) of a map.
struct RowRange {
    int64_t begin = 0;
    int64_t end = 0;
};

// Immutable; thread-safe. Shapes: W [outputs N, inputs K].
class LinearWeight : public LinearMap {
public:
    virtual std::string kind() const = 0;        // row of the representation table: "packed"
    virtual std::string description() const = 0; // for a person: "4-bit groups of 128"
    using LinearMap::toDense;
    virtual int64_t storedBytes() const = 0; // of everything `tensors` returns
    virtual TensorMap tensors() const = 0;
    virtual Json attributes() const = 0; // what `tensors` does not say
    // The map made of these rows, one range after another: what a fused matrix is split with. One
    // range shares the stored bytes, several are copied. Error(Unsupported) for a representation
    // whose rows cannot be separated.
    virtual std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const;
    // Error(Unsupported) texts about speed: empty when a fast kernel exists for this form.
    virtual std::string slowBecause() const { return {}; }

    // False when numbers inside integer tensors are NaN or infinite; float tensors speak for
    // themselves.
    virtual bool hasFiniteParts() const { return true; }

    int64_t parameters() const { return outputs() * inputs(); }
    std::vector<float> toDense() const; // [N, K]
};

using LinearWeightPtr = std::shared_ptr<const LinearWeight>;

// Any float dtype, as stored in the file.
class DenseLinear : public LinearWeight {
public:
    explicit DenseLinear(Tensor weight); // [N, K]; Error(BadFile) unless a float matrix

    int64_t outputs() const override { return weight_.extent(0); }
    int64_t inputs() const override { return weight_.extent(1); }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "dense"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return weight_.sizeBytes(); }
    TensorMap tensors() const override { return {{"weight", weight_}}; }
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const Tensor& weight() const { return weight_; }
    const Tensor* trainable() const override { return weight_.dtype() == DType::F32 ? &weight_ : nullptr; }

private:
    Tensor weight_;
};

// 2 to 8 bit codes in groups (tensor/packed_layout.h).
class PackedLinear : public LinearWeight {
public:
    explicit PackedLinear(PackedMatrix matrix); // Error(BadFile) unless valid

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "packed"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.storedBytes(); }
    TensorMap tensors() const override;
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const PackedMatrix& matrix() const { return matrix_; }

private:
    PackedMatrix matrix_;
};

// GGML blocks as a GGUF file stores them (tensor/block_format.h).
class BlockLinear : public LinearWeight {
public:
    explicit BlockLinear(BlockMatrix matrix); // Error(BadFile) unless valid

    int64_t outputs() const override { return matrix_.rows; }
    int64_t inputs() const override { return matrix_.columns; }
    void apply(const Backend& backend, ConstMatrixView x, const float* bias, MatrixView y) const override;
    std::string kind() const override { return "blocks"; }
    std::string description() const override;
    void toDense(int64_t begin, MatrixView y) const override;
    using LinearWeight::toDense;
    int64_t storedBytes() const override { return matrix_.blocks.sizeBytes(); }
    TensorMap tensors() const override { return {{"blocks", matrix_.blocks}}; }
    bool hasFiniteParts() const override { return blocksAreFinite(matrix_); }
    std::string slowBecause() const override;
    Json attributes() const override;
    std::shared_ptr<const LinearWeight> selectRows(std::span<const RowRange> ranges) const override;
    const BlockMatrix& matrix() const { return matrix_; }

private:
    BlockMatrix matrix_;
};

// Rows of a tensor, one range after another; one range shares the bytes. Error(BadFile).
Tensor selectTensorRows(const Tensor& tensor, std::span<const RowRange> ranges);

// The representation table, by kind. Throws Error(BadFile) naming `what` for anything wrong.
LinearWeightPtr linearWeightFromTensors(const std::string& kind, const Json& attributes,
                                        const TensorMap& tensors, const std::string& what);

} // namespace paretoscope
