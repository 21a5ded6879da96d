// Scales that are folded into a block change nothing, whatever the family.
#include "core/base/random.h"
#include "golden_models.h"
#include "plugins/quantization/equivalent_scaling.h"

#include <cmath>

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

// Every group of every block under scales between 1/4 and 4.
std::shared_ptr<const Model> scaledModel(const Model& model, size_t& groupCount, std::set<std::string>& notes)
{
    Random random(3, "scales");
    auto result = std::make_shared<Model>(model);
    for (size_t b = 0; b < model.blocks.size(); ++b) {
        auto block = std::make_shared<Block>(*model.blocks[b]);
        for (const ScalingGroup& group : scalingGroups(*block, int(b), notes)) {
            ++groupCount;
            std::vector<float> scales;
            for (int64_t i = 0; i < findLinear(*block, group.readers[0])->weight->inputs(); ++i)
                scales.push_back(float(std::pow(4, 2 * random.uniform() - 1)));
            foldScales(*block, group, scales);
        }
        result->blocks[b] = std::move(block);
    }
    return result;
}

bool hasNote(const std::set<std::string>& notes, const char* part)
{
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

} // namespace

class EquivalentScalingTest : public QObject {
    Q_OBJECT
private slots:
    void changesNothing_data() { addGoldenModels(); }
    void changesNothing()
    {
        PARETOSCOPE_GOLDEN_MODEL();
        size_t groups = 0;
        std::set<std::string> notes;
        const auto scaled = scaledModel(*model, groups, notes);
        const std::vector<float> before = hiddenOf(model), after = hiddenOf(scaled);
        double size = 0;
        for (const float value : before) size = std::max(size, std::abs(double(value)));
        QVERIFY2(largestDifference(before, after) < 1e-4 * std::max(1.0, size), qPrintable(QString::number(largestDifference(before, after))));

        // Which inputs can be scaled follows from the family.
        const std::string& family = model->config.architecture;
        const size_t blocks = model->blocks.size();
        if (family == "llama") QCOMPARE(groups, blocks * (model->config.blocks[0].heads == model->config.blocks[0].kvHeads ? 4 : 3));
        if (family == "bert") QCOMPARE(groups, blocks); // values only: its norms follow and GELU lies between
        if (family == "opt") QCOMPARE(groups, blocks * 4); // ReLU lets scales pass
        if (family == "phi") QCOMPARE(groups, blocks * 2);
        if (family == "mixtral") {
            QCOMPARE(groups, blocks * size_t(1 + model->config.blocks[0].moe.experts));
            QVERIFY(hasNote(notes, "router"));
        }
        if (family == "gpt2") QVERIFY(hasNote(notes, "no scale passes their activation"));
        if (family == "qwen2") QVERIFY(hasNote(notes, "share value heads"));
    }

    void groupsNameEveryReaderOnce_data() { addGoldenModels(); }
    void groupsNameEveryReaderOnce()
    {
        PARETOSCOPE_GOLDEN_MODEL();
        for (size_t b = 0; b < model->blocks.size(); ++b) {
            Block block = *model->blocks[b];
            std::set<std::string> notes;
            std::set<LinearId> seen;
            for (const ScalingGroup& group : scalingGroups(block, int(b), notes))
                for (const LinearId& id : group.readers) {
                    QVERIFY2(seen.insert(id).second, id.text().c_str());
                    QVERIFY2(findLinear(block, id), id.text().c_str());
                }
            QVERIFY(!findLinear(block, {int(b), -1, "attention.nothing"}));
        }
    }
};

QTEST_GUILESS_MAIN(EquivalentScalingTest)
#include "equivalent_scaling_test.moc"
