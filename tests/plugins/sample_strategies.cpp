// Two strategies that change nothing: what the plugin border is tested with.
#include "core/strategy/strategy.h"

namespace paretoscope::sample {

namespace {

class Unchanged final : public Strategy {
public:
    explicit Unchanged(const std::string& id)
        : info_{.id = id, .family = "sample", .name = id, .summary = {}, .paper = {}, .needs = {}}
    {
    }
    const StrategyInfo& info() const override { return info_; }
    const std::vector<Parameter>& parameters() const override { return parameters_; }
    Pipeline apply(const Pipeline& pipeline, const Settings&, Workbench&) const override
    {
        return pipeline;
    }

private:
    StrategyInfo info_;
    std::vector<Parameter> parameters_;
};

} // namespace

std::unique_ptr<const Strategy> makePlain()
{
    return std::make_unique<Unchanged>("sample.plain");
}

std::unique_ptr<const Strategy> makeTwoWords()
{
    return std::make_unique<Unchanged>("sample.two_words");
}

} // namespace paretoscope::sample
