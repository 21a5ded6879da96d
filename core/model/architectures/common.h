// What several families share when they read their configuration and tensors.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/architecture.h"
#include "core/model/architectures/rope_fields.h"

#include <functional>
#include <string>
#include <vector>

namespace paretoscope::families {

// What a field that the file leaves out means; differs between families.
struct ConfigDefaults {
    bool tied = false;
    const char* activationField = "hidden_act";
    const char* activation = "silu";
    int64_t contextLength = 2048;
    int64_t headDim = 0; // 0 = hidden / heads
    RopeDefaults rope;
};

// Fields with Llama's names: hidden_size, vocab_size, heads, kv heads, head_dim, widths, rope.
ModelConfig readLlamaStyleConfig(const Json& config, const std::string& where,
                                 const ConfigDefaults& defaults = {});

// The first of these names that is there and not null; the first name when none is.
using FieldNames = std::vector<const char*>;
const char* presentField(const Json& config, const FieldNames& names);
// hidden / heads; Error(BadFile) when it is not whole.
int64_t headDimOf(int64_t hidden, int64_t heads, const std::string& where);
// "silu", "gelu", "gelu_new", ...: config field `field`. Error(Unsupported) for others.
Activation readActivation(const Json& config, const char* field, const char* fallback,
                          const std::string& where);
double readEpsilon(const Json& config, const char* field, double fallback, const std::string& where);
// Error(Unsupported) when `field` is there with another value than `accepted` (or null).
void refuseUnless(const Json& config, const char* field, const Json& accepted, const std::string& where);

// Sets the window of every block that slides: those of "layer_types", else those that `slides`
// names. Error(Unsupported) for kinds of layers that are neither sliding nor full.
void setWindows(const Json& config, int64_t window, const std::function<bool(size_t)>& slides,
                ModelConfig& model, const std::string& where);
// "sliding_window", 0 when absent or null.
int64_t readWindow(const Json& config, const std::string& where);

// f32 copy of a vector.
Tensor readVector(const WeightSource& weights, const std::string& name, int64_t size);

struct NormStyle {
    NormKind kind = NormKind::Rms;
    double epsilon = 1e-5;
    float offset = 0; // added to the stored weights (Gemma and Nemotron store weight - 1)
};
// name.weight and, where it exists, name.bias.
NormParameters readNorm(const WeightSource& weights, const std::string& name, const NormStyle& style,
                        int64_t size);

// name.weight and, where it exists (or must), name.bias.
enum class Bias { Never, IfPresent, Required };
Linear readLinear(const WeightSource& weights, const std::string& name, int64_t outputs, int64_t inputs,
                  Bias bias);
inline Bias biasWhen(bool there)
{
    return there ? Bias::Required : Bias::Never;
}

// The token table as plain floats, or as a map when the file stores it otherwise.
void readEmbedding(const WeightSource& weights, const std::string& name, int64_t width, Model& model);

// Token embedding, final norm and output head.
struct FrameNames {
    const char* embedding = "model.embed_tokens";
    const char* norm = "model.norm";
    const char* head = "lm_head";
};
void readFrame(const WeightSource& weights, const NormStyle& norm, Model& model, const FrameNames& names = {});

// Appends a block for every block of the configuration; `fill` gets it with its config set.
void readBlocks(Model& model, const std::function<void(size_t index, Block& block)>& fill);

} // namespace paretoscope::families
