// BERT (Devlin et al. 2018, arXiv:1810.04805).
#include "core/model/architectures/bert_block.h"

namespace paretoscope::architectures {

namespace {

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readBertModel(config, weights, "bert.", model);
}

} // namespace

const Architecture& bert()
{
    static const Architecture row{"bert",
                                  {"BertModel", "BertForMaskedLM", "BertForPreTraining"},
                                  {"bert"},
                                  families::readBertConfig,
                                  load};
    return row;
}

} // namespace paretoscope::architectures
