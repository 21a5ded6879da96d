// What a prompt passes through: the thing strategies edit and tasks evaluate.
#pragma once

#include "core/inference/generator.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// Shortens a prompt before the model reads it. Immutable; thread-safe.
class PromptCompressor {
public:
    virtual ~PromptCompressor() = default;
    virtual std::string name() const = 0;
    virtual std::string compress(const std::string& prompt, const Model& model,
                                 const std::shared_ptr<const Backend>& backend) const = 0;
};

// A value; copying shares every part. Parts that are null are the plain ones.
struct Pipeline {
    ModelPtr model;
    std::shared_ptr<const AttentionPolicy> attention;
    std::shared_ptr<const KvCodec> kvCodec;
    std::vector<std::shared_ptr<const PromptCompressor>> promptCompressors; // in order
    std::shared_ptr<const DecodeDriver> driver;
    std::vector<std::string> notes; // what the strategies did, for the run's record

    SessionOptions sessionOptions() const { return {attention, kvCodec, 512}; }
};

// Prompt compressors, then the driver (or plain decoding), from text to text.
Generation generateText(const Pipeline& pipeline, const std::shared_ptr<const Backend>& backend,
                        const std::string& prompt, const GenerationSettings& settings,
                        JobContext& job);

} // namespace paretoscope
