// Llama-style models with random weights: for measuring speed, where values do not matter.
#pragma once

#include "core/base/job_context.h"
#include "core/tensor/dtype.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace paretoscope {

struct RandomModelShape {
    int64_t hidden = 768;
    int64_t layers = 14;
    int64_t heads = 12;
    int64_t kvHeads = 4;
    int64_t feedForward = 2048;
    int64_t vocabulary = 8192;
    int64_t context = 2048;
    DType dtype = DType::F32; // F32, F16 or BF16
    uint64_t seed = 1;
    bool tied = false; // the output is the embedding

    int64_t parameters() const;
};

// Named shapes: "tiny" (1M), "100m", "280m" (the shape of the speed tables in docs).
std::vector<std::string> randomModelNames();
RandomModelShape randomModelShape(const std::string& name); // Error(BadUsage) with the nearest name

// Writes a Hugging Face folder (config.json, model.safetensors, no tokenizer). The same shape and
// seed give the same bytes. An existing folder is refused (Error(BadUsage)).
void writeRandomModel(const RandomModelShape& shape, const std::filesystem::path& folder, JobContext& job);

} // namespace paretoscope
