// Sizes: what the compressed pipeline stores and what a token costs.
#include "core/evaluation/task.h"
#include "core/model/model_summary.h"
#include "core/model/open_model.h"

namespace paretoscope::tasks {

namespace {

double kvBytesPerToken(const Pipeline& pipeline)
{
    const Model& model = *pipeline.model;
    if (!pipeline.kvCodec) return double(model.config.kvBytesPerToken());
    double bytes = 0;
    for (const auto& block : model.blocks)
        bytes += double(block->config.kvHeads) * (pipeline.kvCodec->bytesPerRow(block->config.headDim, true) +
                                                  pipeline.kvCodec->bytesPerRow(block->config.valueDim, false));
    return bytes;
}

void run(const TaskInput& input, Evidence& evidence)
{
    const Model& model = *input.pipeline.model;
    const LinearFootprint linears = linearFootprint(model);
    FootprintEvidence footprint;
    footprint.weightBytes = weightBytes(model);
    footprint.fileBytes = modelFileBytes(model);
    footprint.linearBytes = linears.bytes;
    footprint.linearParameters = linears.parameters;
    footprint.kvBytesPerToken = kvBytesPerToken(input.pipeline);
    footprint.flopsPerToken = operationsPerToken(model);
    evidence.footprint = footprint;
}

} // namespace

const Task& footprint()
{
    static const Task row{{"footprint",
                           "Footprint",
                           "Stored bytes, file size, bits per weight, cache bytes and operations per token.",
                           {"weight_bytes", "file_bytes", "bits_per_weight", "kv_bytes_per_token",
                            "flops_per_token", "compress_seconds", "peak_memory_bytes"},
                           false},
                          {},
                          run,
                          true};
    return row;
}

} // namespace paretoscope::tasks
