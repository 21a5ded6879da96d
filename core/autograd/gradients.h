// Where the gradients of parameters are summed up.
#pragma once

#include "core/backend/matrix.h"
#include "core/tensor/tensor.h"

#include <span>
#include <unordered_map>
#include <vector>

namespace paretoscope {

// One f32 sum a parameter, told apart by where its bytes lie: a matrix that serves as embedding and
// as output head is one parameter. Not thread-safe.
class Gradients {
public:
    // F32 tensors that are trained; they must outlive this. Error(Internal) for another type.
    explicit Gradients(std::vector<Tensor> parameters);

    std::span<const Tensor> parameters() const { return parameters_; }
    // Sum of the gradients of parameters()[index], as many as it has elements.
    std::span<float> at(size_t index) { return sums_[index]; }
    std::span<const float> at(size_t index) const { return sums_[index]; }
    // Of this tensor, [rows, columns] over its last extent; data is null when it is not trained.
    MatrixView of(const Tensor& tensor);

    void clear();               // to zero
    void scale(float factor);
    double norm() const;        // Euclidean, over all of them, summed in f64
    int64_t count() const;      // elements

private:
    std::vector<Tensor> parameters_;
    std::vector<std::vector<float>> sums_;
    std::unordered_map<const std::byte*, size_t> places_;
};

} // namespace paretoscope
