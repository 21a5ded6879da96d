#include "plugins/quantization/block_inputs.h"

#include <algorithm>

namespace paretoscope::quantization {

int solvingStage(const LinearId& id)
{
    if (id.role == "attention.query_up" || id.role == "attention.kv_up") return 1;
    if (id.role == "attention.output") return 2;
    if (id.role.starts_with("attention.")) return 0;
    return id.role.ends_with("down") ? 4 : 3;
}

void BlockInputs::linearInput(const LinearId& id, ConstMatrixView x)
{
    if (stage_ >= 0 && solvingStage(id) != stage_) return;
    if (skipped_ == 0) return covariances_.linearInput(id, x);
    if (id.expert >= 0 || x.rows % sequenceLength_ != 0) {
        keptAll_ = true;
        return covariances_.linearInput(id, x);
    }
    const int64_t kept = sequenceLength_ - skipped_, sequences = x.rows / sequenceLength_;
    rows_.resize(size_t(sequences * kept * x.columns));
    for (int64_t r = 0; r < sequences * kept; ++r)
        std::copy_n(x.row(r / kept * sequenceLength_ + skipped_ + r % kept), x.columns, rows_.data() + r * x.columns);
    covariances_.linearInput(id, {rows_.data(), sequences * kept, x.columns});
}

} // namespace paretoscope::quantization
