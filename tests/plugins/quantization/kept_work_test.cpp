// What is kept of long work: statistics for other settings, finished blocks for a run that was stopped.
#include "core/base/content_cache.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/strategy/block_checkpoints.h"
#include "core/strategy/covariances.h"
#include "plugins/quantization/strategies.h"
#include "sample_problems.h"
#include "tests/test_data.h"

#include <fstream>
#include <set>

using namespace paretoscope;
using namespace paretoscope::quantization;
using namespace paretoscope::test;

namespace {

constexpr const char* gptq = "quantization.gptq(bits=3,group_size=64,calibration_samples=4,calibration_length=64";

std::map<std::string, std::string> storedBytes(const Model& model)
{
    std::map<std::string, std::string> all;
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        for (const auto& [name, tensor] : linear.weight->tensors()) {
            const auto bytes = tensor.bytes();
            all[id.text() + "." + name] = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        }
    });
    return all;
}

std::set<std::filesystem::path> filesWith(const std::filesystem::path& folder, const std::string& part)
{
    std::set<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none))
        if (entry.path().filename().string().find(part) != std::string::npos) files.insert(entry.path());
    return files;
}

bool hasNote(const Pipeline& pipeline, const std::string& part)
{
    return std::any_of(pipeline.notes.begin(), pipeline.notes.end(),
                       [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

} // namespace

class KeptWorkTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerStrategies(StrategyRegistry::instance()); }

    void init()
    {
        scratch_ = std::make_unique<ScratchFolder>();
        cache_ = std::make_unique<ContentCache>(scratch_->path() / "kept");
        starter_ = std::make_unique<StarterModel>();
        starter_->workbench.kept = cache_.get();
        auto model = std::make_shared<Model>(*starter_->pipeline.model);
        model->blocks.resize(3);
        model->config.blocks.resize(3);
        starter_->pipeline.model = model;
    }

    void statisticsAreTheSameBitsFromTheCache()
    {
        const Pipeline first = starter_->with(std::string(gptq) + ",inputs=dense)");
        QVERIFY(!hasNote(first, "statistics"));
        QCOMPARE(filesWith(cache_->folder(), "-covariances-").size(), starter_->pipeline.model->blocks.size());
        const Pipeline second = starter_->with(std::string(gptq) + ",inputs=dense)");
        QVERIFY(hasNote(second, "the statistics of the calibration text were there"));
        QCOMPARE(storedBytes(*second.model), storedBytes(*first.model));
        starter_->workbench.kept = nullptr;
        const Pipeline without = starter_->with(std::string(gptq) + ",inputs=dense)");
        QCOMPARE(storedBytes(*without.model), storedBytes(*first.model));
    }

    void otherSettingsShareThem()
    {
        starter_->with(std::string(gptq) + ",inputs=dense)");
        QVERIFY(hasNote(starter_->with("quantization.gptq(bits=4,group_size=32,calibration_samples=4,calibration_length=64,"
                                       "inputs=dense,act_order=true)"),
                        "were there"));
    }

    void otherTextsSeedsAndModelsDoNot()
    {
        const std::string recipe = std::string(gptq) + ",inputs=dense)";
        starter_->with(recipe);
        starter_->workbench.seed = 2;
        QVERIFY(!hasNote(starter_->with(recipe), "were there"));
        starter_->workbench.seed = 1;
        starter_->workbench.calibrationText += " More.";
        QVERIFY(!hasNote(starter_->with(recipe), "were there"));
        QVERIFY(!hasNote(starter_->with("quantization.smoothquant(calibration_samples=4,calibration_length=64)"), "were there"));
    }

    void damagedStatisticsAreMadeAgain()
    {
        const std::string recipe = std::string(gptq) + ",inputs=dense)";
        const Pipeline first = starter_->with(recipe);
        for (const auto& file : filesWith(cache_->folder(), "-covariances-"))
            std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        const Pipeline second = starter_->with(recipe);
        QVERIFY(!hasNote(second, "were there"));
        QCOMPARE(storedBytes(*second.model), storedBytes(*first.model));
    }

    void stoppedRunsGoOnToTheSameBytes_data()
    {
        QTest::addColumn<QString>("inputs");
        QTest::newRow("compressed") << "compressed";
        QTest::newRow("dense") << "dense";
    }
    void stoppedRunsGoOnToTheSameBytes()
    {
        QFETCH(const QString, inputs);
        const std::string recipe = std::string(gptq) + ",inputs=" + inputs.toStdString() + ")";
        starter_->workbench.kept = nullptr;
        const Pipeline expected = starter_->with(recipe);
        starter_->workbench.kept = cache_.get();
        JobContext* running = nullptr;
        JobContext stopping([&](const Progress& progress) {
            if (progress.stage.find("block 3 of") != std::string::npos) running->cancel();
        });
        running = &stopping;
        starter_->workbench.job = &stopping;
        try {
            starter_->with(recipe);
            QFAIL("the run was not cancelled");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Cancelled);
        }
        QCOMPARE(filesWith(cache_->folder(), "-block-").size(), size_t(2));
        starter_->workbench.job = &starter_->job;
        const Pipeline resumed = starter_->with(recipe);
        QVERIFY(hasNote(resumed, "went on after 2 finished blocks"));
        QCOMPARE(storedBytes(*resumed.model), storedBytes(*expected.model));
        QVERIFY(filesWith(cache_->folder(), "-block-").empty());
    }

    void damagedBlocksAreMadeAgain()
    {
        const Model& model = *starter_->pipeline.model;
        starter_->workbench.origin = "test";
        const Settings settings = completeSettings(calibrationParameters(), Json::object(), "test");
        BlockCheckpoints checkpoints(starter_->workbench, "test", settings);
        checkpoints.keep(model, 1);
        QVERIFY(checkpoints.restored(model, 1));
        QVERIFY(!checkpoints.restored(model, 0));
        const auto files = filesWith(cache_->folder(), "-block-1");
        QCOMPARE(files.size(), size_t(1));
        std::fstream file(*files.begin(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(8);
        file << "{\"__metadata__\":{\"maps\":\"[1]\"},";
        file.close();
        QVERIFY(!checkpoints.restored(model, 1));
    }

private:
    std::unique_ptr<ScratchFolder> scratch_;
    std::unique_ptr<ContentCache> cache_;
    std::unique_ptr<StarterModel> starter_;
};

QTEST_GUILESS_MAIN(KeptWorkTest)
#include "kept_work_test.moc"
