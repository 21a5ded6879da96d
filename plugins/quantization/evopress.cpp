// A budget instead of a width: every map gets the bits it needs.
#include "core/base/error.h"
#include "core/strategy/calibration.h"
#include "core/strategy/teacher.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/level_candidates.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>

namespace paretoscope::quantization {

namespace {

constexpr double candidatesPart = 0.35; // of the work, for the progress bar

std::vector<int> widthsFrom(const Settings& settings)
{
    std::vector<int> widths;
    for (const int bits : {2, 3, 4, 5, 6, 8})
        if (bits >= settings.integer("min_bits") && bits <= settings.integer("max_bits")) widths.push_back(bits);
    return widths;
}

// Where a mean of `bits` lies between the widths: 1.5 is half-way from the second to the third.
double levelOf(const std::vector<int>& widths, double bits)
{
    for (size_t i = 0; i + 1 < widths.size(); ++i)
        if (bits <= widths[i + 1]) return double(i) + (bits - widths[i]) / double(widths[i + 1] - widths[i]);
    return double(widths.size() - 1);
}

std::string describe(const LevelCandidates& candidates, const std::vector<int>& widths, const std::vector<int>& levels)
{
    std::map<int, int> counts;
    for (const int level : levels) ++counts[widths[size_t(level)]];
    std::string text = fmt::format("{} maps:", candidates.maps.size());
    for (const auto& [bits, count] : counts) text += fmt::format(" {} at {} bits,", count, bits);
    text.pop_back();
    return text;
}

class EvoPress : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.evopress",
            "quantization",
            "EvoPress",
            "Gives every matrix a width of its own, so that the bytes of a uniform width are spent where they matter. "
            "Widths are searched by evolution against the original model's predictions, or chosen from the error of "
            "each matrix. Between whole widths it fills the gaps of a sweep.",
            "Sieberling, Kuznedelev, Kurtic, Alistarh, EvoPress, 2024, arXiv:2410.14649",
            {"calibration"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::number("bits", "Mean bits", 3, 2, 8,
                                  "Bytes to spend: those of codes of this width everywhere. May lie between whole widths.")
                    .withUnit("bit"),
                groupSizeParameter(),
                Parameter::choice("search", "Search", "evolution", {"evolution", "layer_errors"},
                                  "Evolution measures whole models; layer errors add up the error of each matrix and "
                                  "take seconds."),
                Parameter::choice("method", "Rounding", "gptq", {"gptq", "rtn"},
                                  "How a matrix gets its codes: GPTQ, or round-to-nearest."),
                Parameter::integer("min_bits", "Least bits", 2, 2, 8, "The narrowest width a matrix may get.").asAdvanced(),
                Parameter::integer("max_bits", "Most bits", 6, 2, 8, "The widest width a matrix may get.").asAdvanced(),
                Parameter::integer("generations", "Generations", 20, 0, 1 << 16,
                                   "Rounds of the search. The paper takes 150.")
                    .asAdvanced(),
                Parameter::integer("offspring", "Offspring", 24, 1, 1 << 12,
                                   "Candidates of a round. The paper takes 128.")
                    .asAdvanced(),
                Parameter::integer("search_samples", "Search samples", 32, 1, 1 << 16,
                                   "Samples that the last stage of a round measures on; the stages before take an "
                                   "eighth, and an eighth of that. The paper takes 131,072 tokens.")
                    .asAdvanced()};
            for (Parameter& parameter : calibrationParameters()) all.push_back(std::move(parameter).asAdvanced());
            all.push_back(unevenGroupsParameter());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        const std::vector<int> widths = widthsFrom(settings);
        if (widths.empty())
            fail(ErrorCode::BadUsage, "{}: 'min_bits' is {}, above 'max_bits' {}", info().id, settings.integer("min_bits"),
                 settings.integer("max_bits"));
        if (settings.number("bits") < widths.front() || settings.number("bits") > widths.back())
            fail(ErrorCode::BadUsage, "{}: 'bits' is {}, outside {} to {}, the widths to choose from", info().id,
                 settings.number("bits"), widths.front(), widths.back());
        for (const int bits : widths) requireGroups(info().id, *pipeline.model, bits, settings);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        const std::vector<int> widths = widthsFrom(settings);
        const auto sequences = calibrationSequences(*pipeline.model, settings, workbench, info().id);
        std::set<std::string> notes;
        JobContext& job = *workbench.job;
        const bool evolution = settings.text("search") == "evolution";
        const LevelCandidates candidates =
            makeLevelCandidates(*pipeline.model, sequences, widths, settings.text("method") == "gptq", info().id,
                                settings, workbench, evolution ? candidatesPart : 1, notes);
        const int64_t budget = bytesAtLevel(candidates.database, levelOf(widths, settings.number("bits")));
        Allocation chosen = allocateByDynamicProgramme(candidates.database, budget);
        if (evolution)
            chosen = evolved(pipeline, settings, workbench, candidates, sequences, budget, chosen, notes);
        job.report(1, "EvoPress: done");
        Pipeline result = pipeline;
        result.model = candidates.applied(*pipeline.model, chosen.levels);
        notes.insert(describe(candidates, widths, chosen.levels));
        for (const std::string& note : notes) result.notes.push_back(note);
        return result;
    }

private:
    static Allocation evolved(const Pipeline& pipeline, const Settings& settings, Workbench& workbench,
                              const LevelCandidates& candidates, const std::vector<std::vector<int32_t>>& sequences,
                              int64_t budget, const Allocation& byErrors, std::set<std::string>& notes)
    {
        JobContext& job = *workbench.job;
        const Teacher teacher(pipeline.model, workbench.backend, sequences, job);
        EvolutionSettings search;
        search.generations = int(settings.integer("generations"));
        search.offspring = int(settings.integer("offspring"));
        search.seed = workbench.seed;
        const auto sequencesOf = [&](int stage) {
            const double part = std::pow(8.0, double(stage + 1 - int(search.survivors.size())));
            return std::clamp<size_t>(size_t(std::ceil(part * double(settings.integer("search_samples")))), 1, sequences.size());
        };
        std::vector<std::vector<int>> seeds{byErrors.levels};
        seeds.emplace_back(candidates.maps.size(), levelBelow(candidates, budget));
        const auto measure = [&](const std::vector<int>& levels, int stage) {
            const double loss = teacher.divergence(candidates.applied(*pipeline.model, levels), sequencesOf(stage), job);
            return std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss;
        };
        const EvolutionResult found =
            evolveAllocation(candidates.database, budget, search, seeds, measure, [&](int done) {
                job.report(candidatesPart + (1 - candidatesPart) * double(done) / double(search.generations),
                           fmt::format("EvoPress: generation {} of {}", done, search.generations));
            });
        notes.insert(fmt::format("divergence on the search tokens from {:.4g} to {:.4g} in {} generations",
                                 found.losses.front(), found.losses.back(), found.losses.size() - 1));
        return found.best;
    }

    // The largest level that all maps can have.
    static int levelBelow(const LevelCandidates& candidates, int64_t budget)
    {
        const int levels = int(candidates.database.levels.front().size());
        int level = 0;
        while (level + 1 < levels && bytesAtLevel(candidates.database, level + 1) <= budget) ++level;
        return level;
    }
};

} // namespace

std::unique_ptr<const Strategy> makeEvopress()
{
    return std::make_unique<EvoPress>();
}

} // namespace paretoscope::quantization
