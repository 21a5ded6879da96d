// AQLM: groups of weights as sums of vectors from learned codebooks.
#include "core/base/error.h"
#include "core/model/codebook_linear.h"
#include "plugins/quantization/codebook_solving.h"

namespace paretoscope::quantization {

namespace {

class Aqlm : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.aqlm",
            "quantization",
            "AQLM (additive codebooks)",
            "Stores groups of eight weights as sums of vectors from learned codebooks, chosen so that the outputs on a "
            "calibration text change least, and tunes each block to give what it gave. The method for 2 bits a weight; "
            "takes minutes, and codebooks weigh on small matrices.",
            "Egiazarian, Panferov, Kuznedelev, Frantar, Babenko, Alistarh, AQLM, 2024, arXiv:2401.06118",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = codebookParameters();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireCodebookGroups(info().id, *pipeline.model, settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        return withCodebooks(pipeline, settings, workbench, info().id, "AQLM");
    }
};

} // namespace

std::unique_ptr<const Strategy> makeAqlm()
{
    return std::make_unique<Aqlm>();
}

} // namespace paretoscope::quantization
