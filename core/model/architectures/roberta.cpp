// RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT with positions counted from after the padding
// token's.
#include "core/base/json.h"
#include "core/model/architectures/bert_block.h"

namespace paretoscope::architectures {

namespace {

ModelConfig configure(const Json& config, const std::string& where)
{
    ModelConfig result = families::readBertConfig(config, where);
    result.learnedPositionOffset = optionalInteger(config, "pad_token_id", 0, 1 << 16, 1, where) + 1;
    return result;
}

void load(const Json& config, const WeightSource& weights, Model& model)
{
    families::readBertModel(config, weights, "roberta.", model);
}

} // namespace

const Architecture& roberta()
{
    static const Architecture row{
        "roberta",
        {"RobertaModel", "RobertaForMaskedLM", "XLMRobertaModel", "XLMRobertaForMaskedLM", "CamembertModel"},
        {"roberta", "xlm-roberta", "camembert"},
        configure,
        load};
    return row;
}

} // namespace paretoscope::architectures
