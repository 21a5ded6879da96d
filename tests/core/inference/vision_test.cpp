// CLIP and LLaVA against their float64 references; pictures against what Pillow documents.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/inference/generator.h"
#include "core/inference/vision.h"
#include "core/model/formats/safetensors.h"
#include "core/model/open_model.h"
#include "core/model/picture.h"
#include "tests/test_data.h"

#include <cmath>

using namespace paretoscope;

namespace {

constexpr double tolerance = 1e-4;

struct Golden {
    ModelPtr model;
    Json json;
    std::shared_ptr<const SafetensorsFile> tensors;

    explicit Golden(const char* name)
    {
        const auto folder = test::goldenFolder() / "models" / name;
        model = openModel(folder.string());
        json = readJsonFile(folder / "golden.json");
        tensors = SafetensorsFile::open(folder / "golden.safetensors");
    }

    Picture picture() const
    {
        const Tensor image = tensors->tensor("image_u8_hwc");
        const auto bytes = image.view<uint8_t>();
        return {image.extent(1), image.extent(0), {bytes.begin(), bytes.end()}};
    }
};

double largestDifference(std::span<const float> actual, const Tensor& expected)
{
    const std::vector<float> values = expected.toFloats();
    if (values.size() != actual.size()) return INFINITY;
    double largest = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        const double difference = std::abs(double(actual[i]) - double(values[i]));
        largest = std::isnan(difference) ? INFINITY : std::max(largest, difference);
    }
    return largest;
}

// Every state of the residual stream: before the first block, then after each.
struct States : Observer {
    std::vector<std::vector<float>> all;
    void blockOutput(int, ConstMatrixView x) override
    {
        auto& state = all.emplace_back();
        for (int64_t r = 0; r < x.rows; ++r) state.insert(state.end(), x.row(r), x.row(r) + x.columns);
    }
};

Picture noise(int64_t width, int64_t height)
{
    Picture picture{width, height, {}};
    uint32_t state = 1;
    for (int64_t i = 0; i < 3 * width * height; ++i) picture.rgb.push_back(uint8_t((state = state * 1664525u + 1013904223u) >> 24));
    return picture;
}

} // namespace

class VisionTest : public QObject {
    Q_OBJECT

private slots:
    void pixels()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/llava");
        for (const char* name : {"llava", "clip_f16"}) {
            const Golden golden(name);
            const std::vector<float> pixels = towerPixels(*golden.model->vision, golden.picture());
            QVERIFY(largestDifference(pixels, golden.tensors->tensor("pixel_values")) < 1e-5);
        }
    }

    void towerStates()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/llava");
        const Golden llava("llava");
        States states;
        const std::vector<float> pixels = llava.tensors->tensor("pixel_values").toFloats();
        const std::vector<float> rows = pictureRows(*llava.model->vision, *cpuBackend(), pixels, &states);
        QCOMPARE(states.all.size(), size_t(3)); // the last block is not wanted
        for (size_t i = 0; i < states.all.size(); ++i)
            QVERIFY(largestDifference(states.all[i], llava.tensors->tensor(fmt::format("vision_hidden.{}", i))) < tolerance);
        const double difference = largestDifference(rows, llava.tensors->tensor("image_features"));
        qInfo("llava features: largest difference %.2e", difference);
        QVERIFY(difference < tolerance);
    }

    void clipEmbeddings()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/clip_f16");
        const Golden clip("clip_f16");
        States states;
        const std::vector<float> pixels = clip.tensors->tensor("pixel_values").toFloats();
        const std::vector<float> embedding = pictureEmbedding(*clip.model->vision, *cpuBackend(), pixels, &states);
        for (size_t i = 0; i < states.all.size(); ++i)
            QVERIFY(largestDifference(states.all[i], clip.tensors->tensor(fmt::format("vision_hidden.{}", i))) < tolerance);
        QVERIFY(largestDifference(embedding, clip.tensors->tensor("image_embed")) < tolerance);
        for (const char* text : {"a", "b"}) {
            const auto tokens = clip.json.at(std::string("text_") + text).get<std::vector<int32_t>>();
            QVERIFY(largestDifference(textEmbedding(clip.model, cpuBackend(), tokens), clip.tensors->tensor(std::string("text_embed_") + text)) < tolerance);
        }
    }

    void llavaReadsItsPicture_data()
    {
        QTest::addColumn<int>("chunk");
        for (const int chunk : {512, 5, 1}) QTest::newRow(std::to_string(chunk).c_str()) << chunk;
    }
    void llavaReadsItsPicture()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/llava");
        QFETCH(const int, chunk);
        const Golden golden("llava");
        const VisionTower& tower = *golden.model->vision;
        const std::vector<float> rows = pictureRows(tower, *cpuBackend(), towerPixels(tower, golden.picture()));
        const auto prompt = golden.json.at("prompt_ids").get<std::vector<int32_t>>();
        SessionOptions options;
        options.chunk = chunk;
        Session session(golden.model, cpuBackend(), options);
        session.addPictures(rows);
        const ConstMatrixView logits = session.forward(prompt, LogitRows::All);
        std::vector<float> all;
        for (int64_t r = 0; r < logits.rows; ++r) all.insert(all.end(), logits.row(r), logits.row(r) + logits.columns);
        const double difference = largestDifference(all, golden.tensors->tensor("logits"));
        qInfo("llava logits: largest difference %.2e", difference);
        QVERIFY(difference < tolerance);
    }

    void llavaGoesOn()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/llava");
        const Golden golden("llava");
        const VisionTower& tower = *golden.model->vision;
        Session session(golden.model, cpuBackend());
        session.addPictures(pictureRows(tower, *cpuBackend(), towerPixels(tower, golden.picture())));
        GenerationSettings settings;
        settings.maxTokens = 16;
        settings.stopAtEnd = false;
        JobContext job;
        const auto prompt = golden.json.at("prompt_ids").get<std::vector<int32_t>>();
        QCOMPARE(plainDriver()->generate(session, prompt, settings, job).tokens,
                 golden.json.at("greedy_16").get<std::vector<int32_t>>());
    }

    void writtenTowersComeBack()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/llava");
        const ScratchFolder scratch;
        for (const char* name : {"llava", "clip_f16"}) {
            const Golden golden(name);
            writeModelFolder(*golden.model, Json::object(), scratch.path() / name);
            const ModelPtr copy = openModel((scratch.path() / name).string());
            QVERIFY(copy->vision);
            QCOMPARE(weightBytes(*copy), weightBytes(*golden.model));
            int64_t bytes = 0;
            for (const auto& file : std::filesystem::directory_iterator(scratch.path() / name))
                if (file.path().extension() == ".safetensors") bytes += int64_t(file.file_size());
            QCOMPARE(modelFileBytes(*golden.model), bytes);
            const std::vector<float> pixels = towerPixels(*golden.model->vision, golden.picture());
            const auto made = [&](const Model& model) {
                return model.vision->projection1 ? pictureRows(*model.vision, *cpuBackend(), pixels)
                                                 : pictureEmbedding(*model.vision, *cpuBackend(), pixels);
            };
            QCOMPARE(made(*copy), made(*golden.model));
        }
    }

    void placesAndPicturesMustAgree()
    {
        PARETOSCOPE_REQUIRE(test::goldenFolder() / "models/llava");
        const Golden golden("llava");
        const VisionTower& tower = *golden.model->vision;
        QCOMPARE(withPicturePlaces(tower, std::vector<int32_t>{1, 319, 5}, 1).size(), size_t(2 + 9));
        QVERIFY_THROWS_EXCEPTION(Error, (void)withPicturePlaces(tower, std::vector<int32_t>{1, 319, 5}, 2));
        Session session(golden.model, cpuBackend());
        QVERIFY_THROWS_EXCEPTION(Error, (void)session.forward(std::vector<int32_t>{1, 319}));
        QVERIFY_THROWS_EXCEPTION(Error, (void)pictureRows(tower, *cpuBackend(), std::vector<float>(7)));
    }

    void resizingKeepsWhatItShould()
    {
        const Picture picture = noise(13, 9);
        QCOMPARE(resized(picture, 13, 9).rgb, picture.rgb);
        Picture grey{20, 10, std::vector<uint8_t>(600, 77)};
        const Picture small = resized(grey, 7, 31);
        QCOMPARE(small.rgb, std::vector<uint8_t>(7 * 31 * 3, 77));
        // A ramp stays a ramp away from its ends.
        Picture ramp{64, 1, {}};
        for (int x = 0; x < 64; ++x) ramp.rgb.insert(ramp.rgb.end(), 3, uint8_t(2 * x));
        const Picture half = resized(ramp, 32, 1);
        for (int x = 4; x < 28; ++x) QVERIFY(std::abs(half.rgb[size_t(3 * x)] - (4 * x + 1)) <= 1);
    }

    // One pixel of a doubled picture by hand: the kernel at 1/4, 3/4, 5/4 and 7/4 from its centre.
    void bicubicByHand()
    {
        Picture picture{6, 1, {}};
        for (const int value : {0, 0, 100, 200, 0, 0}) picture.rgb.insert(picture.rgb.end(), 3, uint8_t(value));
        const auto k = [](double x) {
            return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;
        };
        // Pixel 5 has its centre at 2.75: samples at 1.5, 2.5, 3.5 and 4.5.
        const double expected = 100 * k(0.25) + 200 * k(0.75);
        QCOMPARE(int(resized(picture, 12, 1).rgb[15]), int(std::lround(expected)));
    }

    void damagedPicturesAreRefused()
    {
        const ScratchFolder scratch;
        const auto file = scratch.path() / "picture.ppm";
        const auto refuses = [&](const std::string& content) {
            writeFileAtomically(file, content);
            try {
                readPpm(file);
            } catch (const Error& error) {
                return error.code() == ErrorCode::BadFile;
            }
            return false;
        };
        QVERIFY(refuses("P5\n1 1\n255\nabc"));
        QVERIFY(refuses("P6\n2 2\n255\nabc"));
        QVERIFY(refuses("P6\n99999999999 1\n255\n"));
        QVERIFY(refuses("P6\n0 1\n255\n"));
        QVERIFY(refuses("P6\n1 1\n65535\nabcdef"));
        QVERIFY(refuses("P6"));
        writeFileAtomically(file, std::string("P6 # made by hand\n1 2\n255\nabcdef"));
        QCOMPARE(readPpm(file).rgb, (std::vector<uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
    }
};

QTEST_GUILESS_MAIN(VisionTest)
#include "vision_test.moc"
