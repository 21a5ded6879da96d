// Memory that kernels reuse from call to call.
#pragma once

#include <cstddef>

namespace paretoscope::cpu {

// One buffer a purpose and thread, so that nested calls never share one.
enum class WorkSlot { Activations, Panel, Queries, Logits, Accumulator, Codes, Keys, Transposed, LastPanel, Count };

// At least `count` floats, 64-byte aligned, not initialized; valid until this thread asks for the
// same slot again. Grows only, so that calls of steady shapes allocate nothing.
float* workFloats(WorkSlot slot, size_t count);

} // namespace paretoscope::cpu
