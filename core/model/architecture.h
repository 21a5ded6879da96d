// Maps one family's configuration and tensor names to a Model. One file a family in
// model/architectures/, one line in model/CMakeLists.txt.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/model.h"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// Named tensors of a checkpoint, whatever file they lie in. Not thread-safe while loading.
class WeightSource {
public:
    virtual ~WeightSource() = default;

    virtual bool has(const std::string& name) const = 0;
    // Error(BadFile) "file: tensor 'name' is missing" / "has shape ..., expected ...". A -1 in
    // `shape` accepts any extent; an empty shape accepts any.
    virtual Tensor tensor(const std::string& name, const Shape& shape) const = 0;
    // `name` + ".weight" as whatever representation the checkpoint stores, [outputs, inputs].
    virtual LinearWeightPtr linear(const std::string& name, int64_t outputs, int64_t inputs) const = 0;
    // Whether a matrix that fuses queries, keys and values holds all queries, then all keys, then
    // all values, even in families that order them by group.
    virtual bool stacksQkv() const { return false; }
    virtual std::string describe() const = 0; // file or folder, for errors
};

struct Architecture {
    std::string id;                       // "llama"
    std::vector<std::string> classNames;  // "LlamaForCausalLM": values of config "architectures"
    std::vector<std::string> modelTypes;  // "llama": values of config "model_type"
    // `where` names config.json in errors.
    ModelConfig (*configure)(const Json& config, const std::string& where);
    // Fills embedding, norms, blocks and output of `model`, whose config is set.
    void (*load)(const Json& config, const WeightSource& weights, Model& model);
};

namespace architectures {
std::span<const Architecture* const> all();
} // namespace architectures

// By class name, then model type. Error(Unsupported) names what the file asks for and what exists.
const Architecture& architectureFor(const Json& config, const std::string& where);

} // namespace paretoscope
