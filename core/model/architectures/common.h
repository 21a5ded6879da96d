// What several families share when they read their configuration and tensors.
#pragma once

#include "core/base/json_forward.h"
#include "core/model/architecture.h"

#include <string>

namespace paretoscope::families {

// rope_theta, rope_scaling (both spellings of its type), rope_parameters, partial_rotary_factor.
RopeConfig readRope(const Json& config, int64_t headDim, int64_t contextLength, const std::string& where);

// "silu", "gelu", "gelu_new", ...: config field `field`. Error(Unsupported) for others.
Activation readActivation(const Json& config, const char* field, const char* fallback,
                          const std::string& where);

// Fields with Llama's names: hidden_size, vocab_size, heads, kv heads, head_dim, widths, rope.
ModelConfig readLlamaStyleConfig(const Json& config, const std::string& where);

double readEpsilon(const Json& config, const char* field, double fallback, const std::string& where);

// f32 copy of a vector.
Tensor readVector(const WeightSource& weights, const std::string& name, int64_t size);
NormParameters readNorm(const WeightSource& weights, const std::string& name, NormKind kind, int64_t size,
                        double epsilon);
// name.weight and, where it exists (or must), name.bias.
enum class Bias { Never, IfPresent, Required };
Linear readLinear(const WeightSource& weights, const std::string& name, int64_t outputs, int64_t inputs,
                  Bias bias);

// Token embedding, final norm and output head with Hugging Face's usual names.
void readEmbeddingAndHead(const WeightSource& weights, NormKind norm, double epsilon, Model& model);

} // namespace paretoscope::families
