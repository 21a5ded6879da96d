// PV-Tuning: additive codebooks, then codes and codebooks trained together towards the original model.
#include "plugins/quantization/code_changes.h"
#include "plugins/quantization/codebook_solving.h"
#include "plugins/quantization/codebook_tuning.h"
#include "plugins/quantization/distillation.h"

#include <fmt/format.h>
#include <utility>

namespace paretoscope::quantization {

namespace {

class PvTuning : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.pv_tuning",
            "quantization",
            "PV-Tuning",
            "Starts like AQLM and then trains the whole model to predict what the original predicts: codebooks, scales and "
            "norms by gradients, and in every step the few groups of codes that would move furthest. The same bytes as "
            "AQLM and closer to the original at 2 bits and below; takes many passes over the text.",
            "Malinovskii, Mazur, Ilin, Kuznedelev, Burlachenko, Yi, Alistarh, Richtarik, PV-Tuning, 2024, arXiv:2405.14852",
            {"calibration", "gradients", "training"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::number("rate", "Learning rate", 3e-3, 0, 1,
                                  "Of codebooks, scales and norms, whose values are about 1; falls to zero."),
                Parameter::number("code_share", "Codes that change", 0.01, 0, 1,
                                  "Share of a matrix's groups that may change their codes in one step; 0 trains numbers only."),
                Parameter::number("code_rate", "Rate of codes", 0.1, 0, 10,
                                  "Step of the weights that codes follow, in units of a row's scale.")
                    .asAdvanced(),
                Parameter::number("forget", "Forget", 0, 0, 1,
                                  "Share of where weights would go that is forgotten after each step; 1 keeps no memory.")
                    .asAdvanced()};
            for (Parameter& parameter : distillationParameters(100)) all.push_back(std::move(parameter));
            for (Parameter& parameter : codebookParameters()) all.push_back(std::move(parameter));
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireCodebookGroups(info().id, *pipeline.model, settings);
        requireGradients(info().id, *pipeline.model);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        workbench.job->enterPart(0, 0.4);
        Pipeline result = withCodebooks(pipeline, settings, workbench, info().id, "PV-Tuning");
        workbench.job->enterPart(0.4, 1);
        result.model = trained(*pipeline.model, *result.model, settings, workbench, result.notes);
        return result;
    }

private:
    static std::shared_ptr<const Model> trained(const Model& teacher, const Model& start, const Settings& settings,
                                                Workbench& workbench, std::vector<std::string>& notes)
    {
        Distillation distillation(teacher, settings, workbench, "quantization.pv_tuning");
        TunableCodebooks student(start, {}, settings.number("rate"));
        std::vector<CodeChanges> changes;
        for (const TunableCodebooks::Map& map : student.maps()) changes.emplace_back(map.fit, changeSettings(settings));
        const int64_t steps = distillation.steps();
        int64_t changed = 0;
        double first = 0, last = 0;
        for (int64_t step = 0; step < steps; ++step) {
            last = distillation.addGradients(student.model(), step, student.gradients());
            if (step == 0) first = last;
            const double done = double(step) / double(steps);
            workbench.job->report(done, fmt::format("PV-Tuning: step {} of {}, divergence {:.4f}", step + 1, steps, last));
            student.step(1 - done);
            for (size_t i = 0; i < changes.size(); ++i) {
                TunableCodebooks::Map& map = student.maps()[i];
                changed += changes[i].step(*workbench.backend, map.fit, std::as_const(student.gradients()).at(map.gradient));
                student.refresh(map);
            }
            student.gradients().clear();
        }
        notes.push_back(fmt::format("divergence from the original {:.4f} in the first step, {:.4f} in the last; codes changed {} times",
                                    first, last, changed));
        return student.stored(start);
    }

    static CodeChangeSettings changeSettings(const Settings& settings)
    {
        CodeChangeSettings changes;
        changes.rate = settings.number("code_rate");
        changes.share = settings.number("code_share");
        changes.forget = settings.number("forget");
        changes.beam = settings.integer("beam");
        return changes;
    }
};

} // namespace

std::unique_ptr<const Strategy> makePvTuning()
{
    return std::make_unique<PvTuning>();
}

} // namespace paretoscope::quantization
