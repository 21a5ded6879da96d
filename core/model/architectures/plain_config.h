// Configurations of the first decoders, whose fields have other names in each family.
#pragma once

#include "core/model/architectures/common.h"

namespace paretoscope::families {

// Names of the fields, each a list of spellings; the first that is there counts.
struct PlainFields {
    FieldNames hidden{"hidden_size", "n_embd"};
    FieldNames layers{"num_hidden_layers", "n_layer"};
    FieldNames heads{"num_attention_heads", "n_head"};
    FieldNames context{"max_position_embeddings", "n_positions", "n_ctx"};
    FieldNames feedForward{"intermediate_size", "n_inner"};
    int64_t contextLength = 2048;
    bool tied = true;
};

// One head of keys and values for each head of queries, no rotation, not gated; a feed-forward of
// four times the hidden size unless the file says otherwise.
ModelConfig readPlainConfig(const Json& config, const std::string& where, const PlainFields& fields = {});

} // namespace paretoscope::families
