// A model whose numbers are being changed.
#pragma once

#include "core/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// Copies every number of a model into f32 tensors of its own and shows them as a Model, so that the
// one Transformer runs on them. The optimizer changes the tensors in place between passes, which is
// the one exception to "a tensor's bytes never change"; nothing else may hold on to that Model.
class TrainableModel {
public:
    // Error(Unsupported) for experts, latent attention and whatever else a tape does not know.
    explicit TrainableModel(const Model& start);

    const Model& model() const { return *model_; }
    // All of them, each once: a tied embedding is one parameter. Names are those of LinearId and
    // "embedding", "final_norm.weight", "blocks.3.attention_norm.weight", ...
    const std::vector<Tensor>& parameters() const { return parameters_; }
    const std::vector<std::string>& names() const { return names_; }
    int64_t count() const;
    // A copy that stays as it is.
    ModelPtr snapshot() const;

private:
    Tensor own(const std::string& name, const Tensor& tensor);
    Linear own(const std::string& name, const Linear& linear);
    void own(const std::string& name, std::optional<NormParameters>& norm);
    std::shared_ptr<const Block> own(int index, const Block& block);

    std::shared_ptr<Model> model_;
    std::vector<Tensor> parameters_;
    std::vector<std::string> names_;
};

// Deviations of the normal distributions that new numbers are drawn from.
struct InitialSpread {
    double embedding = 0.02;
    double matrix = 0.02; // 0: one over the root of a matrix's inputs
};

// A model of the same shape that has learned nothing: random matrices, those that write into the
// residual stream smaller by the root of twice the number of blocks (Radford et al., GPT-2, 2019,
// section 2.3), norms 1, biases 0.
ModelPtr withRandomParameters(const Model& model, uint64_t seed, const InitialSpread& spread = {});

} // namespace paretoscope
