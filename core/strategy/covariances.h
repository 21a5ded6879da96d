// What the inputs of linear maps have in common: the statistics of second-order methods.
#pragma once

#include "core/strategy/calibration.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

// Σ x xᵀ over the tokens that reached each linear map of one block, summed in f64. Maps that read the
// same input share one sum. Not thread-safe.
class InputCovariances : public Observer {
public:
    explicit InputCovariances(const Backend& backend) : backend_(backend) {}

    void linearInput(const LinearId& id, ConstMatrixView x) override;
    // [inputs, inputs]; null when no token reached the map.
    const std::vector<double>* of(const LinearId& id) const;

    // The sums under their maps' names: f64, the lower triangle row by row.
    TensorMap tensors() const;
    // Puts them back, mirrored, for a block of `model`. Error(BadFile) naming `where` for anything that
    // `tensors` would not give.
    void restore(const Model& model, int block, const TensorMap& tensors, const std::string& where);

private:
    const Backend& backend_;
    std::map<LinearId, std::vector<double>> sums_;
    std::vector<float> product_;
};

// The covariances of a model's blocks, for the inputs that the model itself gives. Kept in the workbench's
// cache where that is possible, so that many settings of a method look at a text once; the sums are the
// same bits either way. Not thread-safe.
class KeptCovariances {
public:
    // All must outlive this.
    KeptCovariances(const Model& model, const std::vector<std::vector<int32_t>>& sequences, const Workbench& workbench);

    // Of the block after the last one asked for. Valid until the next call.
    const InputCovariances& ofNextBlock();
    void skipBlock() { ++next_; }
    bool anyFromCache() const { return fromCache_; }

private:
    std::string keyOf(int block) const;
    std::optional<TensorMap> load(const std::string& key) const;
    TensorMap look(int block);
    bool restoreKept(int block);
    void keep(int block, const TensorMap& tensors) const;

    const Model& model_;
    const std::vector<std::vector<int32_t>>& sequences_;
    const Workbench& workbench_;
    std::string key_; // of the sequences; empty when nothing is kept
    std::unique_ptr<BlockWalk> walk_;
    int walked_ = 0; // blocks behind the walk
    int next_ = 0;
    bool fromCache_ = false;
    std::optional<InputCovariances> covariances_;
};

} // namespace paretoscope
