// EvoPress: budgets kept to the byte, errors as defined, and better than a uniform width.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/strategy/calibration.h"
#include "core/strategy/teacher.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/level_candidates.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"

#include <QTest>
#include <cmath>

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

int64_t blockBytes(const Pipeline& pipeline)
{
    return linearFootprint(*pipeline.model).bytes;
}

constexpr const char* quick = "calibration_samples=8,calibration_length=64,group_size=64";

} // namespace

class EvoPressTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        registerStrategies(StrategyRegistry::instance());
        starter_ = std::make_unique<StarterModel>();
        auto model = std::make_shared<Model>(*starter_->pipeline.model);
        model->blocks.resize(2);
        model->config.blocks.resize(2);
        starter_->pipeline.model = model;
    }

    void wholeWidthsCostWhatTheyCostEverywhere()
    {
        for (const int bits : {2, 3, 4}) {
            const Pipeline uniform = starter_->with(fmt::format("quantization.rtn(bits={},group_size=64)", bits));
            const Pipeline mixed = starter_->with(fmt::format(
                "quantization.evopress(bits={},search=layer_errors,method=rtn,{})", bits, quick));
            QVERIFY(blockBytes(mixed) <= blockBytes(uniform));
            QVERIFY(double(blockBytes(mixed)) > 0.97 * double(blockBytes(uniform)));
        }
    }

    void halfWidthsLieBetween()
    {
        const auto at = [&](const char* bits) {
            return blockBytes(starter_->with(
                fmt::format("quantization.evopress(bits={},search=layer_errors,method=rtn,{})", bits, quick)));
        };
        const int64_t three = at("3"), half = at("3.5"), four = at("4");
        QVERIFY(std::abs(double(half) - (double(three) + double(four)) / 2) < 0.02 * double(four));
    }

    // The error of a level is Σ over tokens of the squared change of the map's outputs, a token.
    void levelErrorsAreThoseOfTheOutputs()
    {
        const Model& model = *starter_->pipeline.model;
        const Strategy& strategy = StrategyRegistry::instance().get("quantization.evopress");
        const Settings settings = completeSettings(
            strategy.parameters(), {{"calibration_samples", 2}, {"calibration_length", 32}, {"group_size", 64}}, "test");
        const auto sequences = calibrationSequences(model, settings, starter_->workbench, "test");
        std::set<std::string> notes;
        const LevelCandidates candidates = makeLevelCandidates(model, sequences, {3}, false, "test", settings,
                                                               starter_->workbench, 1, notes);
        struct Inputs : Observer {
            std::map<LinearId, std::vector<float>> rows;
            void linearInput(const LinearId& id, ConstMatrixView x) override
            {
                for (int64_t r = 0; r < x.rows; ++r) rows[id].insert(rows[id].end(), x.row(r), x.row(r) + x.columns);
            }
        } inputs;
        for (const auto& sequence : sequences) {
            Session session(starter_->pipeline.model, cpuBackend());
            session.hidden(sequence, &inputs);
        }
        for (size_t layer = 0; layer < candidates.maps.size(); ++layer) {
            const LinearId& id = candidates.maps[layer];
            std::vector<float> dense;
            forEachLinear(model, [&](const LinearId& other, const Linear& linear) {
                if (other == id) dense = linear.weight->toDense();
            });
            const LinearWeight& stored = *candidates.stored[layer][0];
            const std::vector<float> rounded = stored.toDense();
            const std::vector<float>& x = inputs.rows.at(id);
            const auto columns = size_t(stored.inputs());
            double sum = 0;
            for (size_t t = 0; t < x.size() / columns; ++t)
                for (size_t r = 0; r < size_t(stored.outputs()); ++r) {
                    double change = 0;
                    for (size_t c = 0; c < columns; ++c)
                        change += double(x[t * columns + c]) * (double(dense[r * columns + c]) - double(rounded[r * columns + c]));
                    sum += change * change;
                }
            const double expected = sum / double(x.size() / columns);
            const double error = candidates.database.levels[layer][0].error;
            QVERIFY2(std::abs(error - expected) < 0.01 * expected, id.text().c_str());
        }
    }

    void searchIsNoWorseThanUniformOnItsTokens()
    {
        const Settings settings = completeSettings(calibrationParameters(),
                                                   {{"calibration_samples", 8}, {"calibration_length", 64}}, "test");
        const auto sequences = calibrationSequences(*starter_->pipeline.model, settings, starter_->workbench, "test");
        const Teacher teacher(starter_->pipeline.model, cpuBackend(), sequences, starter_->job);
        QVERIFY(teacher.divergence(starter_->pipeline.model, 8, starter_->job) < 1e-6);
        const auto loss = [&](const std::string& recipe) {
            return teacher.divergence(starter_->with(recipe).model, 8, starter_->job);
        };
        const double uniform = loss(fmt::format("quantization.gptq(bits=3,inputs=dense,{})", quick));
        const double found = loss(fmt::format("quantization.evopress(bits=3,generations=4,offspring=8,search_samples=8,{})", quick));
        QVERIFY2(found <= uniform * 1.0001, qPrintable(QStringLiteral("%1 against %2").arg(found).arg(uniform)));
    }

    // Kept tokens and the rest in one lump: never more than the divergence over all tokens.
    void fewTokensBoundTheDivergence()
    {
        const Settings settings = completeSettings(calibrationParameters(),
                                                   {{"calibration_samples", 2}, {"calibration_length", 32}}, "test");
        const auto sequences = calibrationSequences(*starter_->pipeline.model, settings, starter_->workbench, "test");
        const Teacher all(starter_->pipeline.model, cpuBackend(), sequences, starter_->job, 1 << 20);
        const Teacher few(starter_->pipeline.model, cpuBackend(), sequences, starter_->job, 64);
        const ModelPtr rounded = starter_->with("quantization.rtn(bits=2,group_size=64)").model;
        const double whole = all.divergence(rounded, 2, starter_->job), part = few.divergence(rounded, 2, starter_->job);
        // The whole one against its definition.
        double expected = 0, count = 0;
        for (const auto& sequence : sequences) {
            Session a(starter_->pipeline.model, cpuBackend()), b(rounded, cpuBackend());
            const auto inputs = std::span(sequence).first(sequence.size() - 1);
            const ConstMatrixView p = a.forward(inputs, LogitRows::All), q = b.forward(inputs, LogitRows::All);
            for (int64_t r = 0; r < p.rows; ++r) {
                double sumP = 0, sumQ = 0;
                for (int64_t v = 0; v < p.columns; ++v) {
                    sumP += std::exp(double(p.row(r)[v]));
                    sumQ += std::exp(double(q.row(r)[v]));
                }
                for (int64_t v = 0; v < p.columns; ++v) {
                    const double x = double(p.row(r)[v]) - std::log(sumP), y = double(q.row(r)[v]) - std::log(sumQ);
                    expected += std::exp(x) * (x - y);
                }
                ++count;
            }
        }
        QVERIFY(std::abs(whole - expected / count) < 1e-4 * whole);
        QVERIFY(part <= whole * 1.0001);
        QVERIFY(part > 0.5 * whole);
    }

    void budgetsOutsideTheWidthsAreRefused()
    {
        try {
            starter_->with(fmt::format("quantization.evopress(bits=7,{})", quick));
            QFAIL("a mean of 7 bits was accepted where 6 is the most");
        } catch (const Error& error) {
            QVERIFY(QString(error.what()).contains("'bits' is 7"));
        }
    }

private:
    std::unique_ptr<StarterModel> starter_;
};

QTEST_GUILESS_MAIN(EvoPressTest)
#include "evopress_test.moc"
