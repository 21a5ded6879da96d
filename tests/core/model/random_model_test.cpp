#include "core/base/error.h"
#include "core/base/file.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "core/model/random_model.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

class RandomModelTest : public QObject {
    Q_OBJECT

private slots:
    void opensAndCountsItsParameters()
    {
        const ScratchFolder scratch;
        JobContext job;
        for (const DType dtype : {DType::F32, DType::F16, DType::BF16}) {
            RandomModelShape shape = randomModelShape("tiny");
            shape.dtype = dtype;
            const auto folder = scratch.path() / traits(dtype).name;
            writeRandomModel(shape, folder, job);
            const ModelPtr model = openModel(folder.string());
            QCOMPARE(countParameters(*model).total, shape.parameters());
            QCOMPARE(model->blocks.size(), size_t(shape.layers));
            Session session(model, cpuBackend());
            const std::vector<int32_t> tokens{1, 2, 3};
            for (const float logit : session.forward(tokens).rowSpan(0)) QVERIFY(std::isfinite(logit));
        }
    }

    void sameSeedSameBytes()
    {
        const ScratchFolder scratch;
        JobContext job;
        RandomModelShape shape = randomModelShape("tiny");
        writeRandomModel(shape, scratch.path() / "a", job);
        writeRandomModel(shape, scratch.path() / "b", job);
        shape.seed = 2;
        writeRandomModel(shape, scratch.path() / "c", job);
        const auto bytes = [&](const char* name) { return readFile(scratch.path() / name / "model.safetensors"); };
        QVERIFY(bytes("a") == bytes("b"));
        QVERIFY(bytes("a") != bytes("c"));
        PARETOSCOPE_EXPECT_ERROR(writeRandomModel(shape, scratch.path() / "a", job), "exists already");
        PARETOSCOPE_EXPECT_ERROR(randomModelShape("tny"), "did you mean 'tiny'?");
    }

    // Names say the size to within a tenth.
    void namesSayTheSize()
    {
        QVERIFY(std::abs(double(randomModelShape("100m").parameters()) / 100e6 - 1) < 0.1);
        QVERIFY(std::abs(double(randomModelShape("280m").parameters()) / 280e6 - 1) < 0.1);
    }
};

QTEST_GUILESS_MAIN(RandomModelTest)
#include "random_model_test.moc"
