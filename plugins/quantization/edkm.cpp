// eDKM: weights as codes of small palettes, which are trained together.
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/model/codebook_linear.h"
#include "core/strategy/strategy.h"
#include "core/tensor/packed_layout.h"
#include "core/training/adamw.h"
#include "plugins/quantization/distillation.h"
#include "plugins/quantization/group_layout.h"
#include "plugins/quantization/k_means.h"
#include "plugins/quantization/soft_palette.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace paretoscope::quantization {

namespace {

// The weights of one map, with a palette for every so many rows.
struct Clustered {
    LinearId id;
    int64_t rows = 0, columns = 0, setRows = 0;
    Tensor latent;                              // F32, trained
    Tensor dense;                               // F32, what the model runs on
    std::vector<std::vector<double>> palettes;  // of each set, ascending
    std::vector<SoftPalette> soft;              // of the last forward pass
    std::vector<double> temperatures;

    int64_t sets() const { return (rows + setRows - 1) / setRows; }
    std::span<const float> weightsOf(int64_t set) const
    {
        const int64_t begin = set * setRows * columns, end = std::min(rows, (set + 1) * setRows) * columns;
        return latent.view<float>().subspan(size_t(begin), size_t(end - begin));
    }
};

std::vector<double> paletteOf(const Backend& backend, std::span<const float> weights, int bits, uint64_t seed)
{
    constexpr size_t most = 1 << 16;
    std::vector<float> some;
    for (size_t i = 0, step = weights.size() / most + 1; i < weights.size(); i += step) some.push_back(weights[i]);
    const KMeans found = kMeans(backend, some, 1, {int64_t{1} << bits, 50, seed});
    std::vector<double> palette(found.centroids.begin(), found.centroids.end());
    std::sort(palette.begin(), palette.end());
    return palette;
}

double meanGapOf(const std::vector<double>& palette)
{
    return std::max((palette.back() - palette.front()) / double(palette.size() - 1), 1e-12);
}

class Edkm : public Strategy {
public:
    const StrategyInfo& info() const override
    {
        static const StrategyInfo row{
            "quantization.edkm",
            "quantization",
            "eDKM (trained palettes)",
            "Stores each weight as a code of a small palette of values for its matrix. The palettes are found by k-means "
            "and then trained together with the weights, as soft mixtures, to predict what the original predicts. Good "
            "at 3 and 4 bits; training takes many passes over the text.",
            "Cho, Alizadeh-Vahid, Fu, Adya, Del Mundo, Rastegari, Naik, Zatloukal, eDKM, 2023, arXiv:2309.00964",
            {"calibration", "gradients", "training"}};
        return row;
    }

    const std::vector<Parameter>& parameters() const override
    {
        static const std::vector<Parameter> rows = [] {
            std::vector<Parameter> all{
                Parameter::integer("bits", "Bits", 3, 2, 8, "Width of a weight's code; a palette has 2^bits values.")
                    .withUnit("bit")
                    .withAllowed({2, 3, 4, 5, 6, 7, 8}),
                Parameter::integer("palette_rows", "Rows of a palette", -1, -1, 1 << 16,
                                   "Rows of a matrix that share one palette; -1 gives the whole matrix one.")
                    .withUnit("rows")
                    .withAllowed({-1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}),
                Parameter::number("rate", "Learning rate", 1e-4, 0, 1, "Of the weights; falls to zero. Without steps it is not used."),
                Parameter::number("temperature", "Temperature", 0.05, 1e-4, 10,
                                  "How soft mixtures are, in units of the squared mean gap of a palette.")
                    .asAdvanced()};
            for (Parameter& parameter : distillationParameters(60)) all.push_back(std::move(parameter));
            all.push_back(Parameter::integer("calibration_length", "Sample length", 256, 8, 1 << 17,
                                             "Tokens of a sequence, cut to the model's context.")
                              .withUnit("tokens")
                              .asAdvanced());
            return all;
        }();
        return rows;
    }

    void check(const Pipeline& pipeline, const Settings& settings) const override
    {
        requireDense(info().id, *pipeline.model);
        if (settings.integer("steps") > 0) requireGradients(info().id, *pipeline.model);
    }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        check(pipeline, settings);
        Pipeline result = pipeline;
        std::vector<Clustered> maps = clustered(*pipeline.model, settings, workbench);
        if (settings.integer("steps") > 0) train(*pipeline.model, maps, settings, workbench, result.notes);
        size_t next = 0;
        result.model = withLinears(*pipeline.model, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            if (!isQuantizable(id)) return linear.weight;
            return snapped(maps[next++], int(settings.integer("bits")), *workbench.backend);
        });
        return result;
    }

private:
    static std::vector<Clustered> clustered(const Model& model, const Settings& settings, Workbench& workbench)
    {
        workbench.job->enterPart(0, settings.integer("steps") > 0 ? 0.1 : 1);
        std::vector<Clustered> maps;
        forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
            if (!isQuantizable(id)) return;
            workbench.job->report(double(id.block) / double(model.blocks.size()), "eDKM: palettes of " + id.text());
            Clustered map;
            map.id = id;
            map.rows = linear.weight->outputs();
            map.columns = linear.weight->inputs();
            const int64_t wished = settings.integer("palette_rows");
            map.setRows = wished < 0 ? map.rows : std::min(wished, map.rows);
            map.latent = Tensor::fromFloats({map.rows, map.columns}, finiteDense(*linear.weight, "quantization.edkm: " + id.text()));
            map.dense = Tensor::fromFloats({map.rows, map.columns}, map.latent.view<float>());
            for (int64_t set = 0; set < map.sets(); ++set) {
                map.palettes.push_back(paletteOf(*workbench.backend, map.weightsOf(set), int(settings.integer("bits")), workbench.seed));
                map.temperatures.push_back(settings.number("temperature") * std::pow(meanGapOf(map.palettes.back()), 2));
            }
            maps.push_back(std::move(map));
        });
        workbench.job->enterPart(0.1, 1);
        return maps;
    }

    // Soft mixtures run forward, gradients flow back to the weights through them and their palettes.
    static void train(const Model& teacher, std::vector<Clustered>& maps, const Settings& settings, Workbench& workbench,
                      std::vector<std::string>& notes)
    {
        Distillation distillation(teacher, settings, workbench, "quantization.edkm");
        std::vector<Tensor> dense, latent;
        for (const Clustered& map : maps) {
            dense.push_back(map.dense);
            latent.push_back(map.latent);
        }
        size_t next = 0;
        const auto student = withLinears(teacher, [&](const LinearId& id, const Linear& linear) -> LinearWeightPtr {
            return isQuantizable(id) ? std::make_shared<DenseLinear>(dense[next++]) : linear.weight;
        });
        if (!student->embedding.empty())
            student->embedding = Tensor::fromFloats(student->embedding.shape(), student->embedding.toFloats());
        Gradients ofDense(dense), ofLatent(latent);
        AdamWSettings optimizer;
        optimizer.learningRate = settings.number("rate");
        optimizer.weightDecay = 0;
        AdamW adam(latent, optimizer);
        double first = 0, last = 0;
        for (int64_t step = 0; step < distillation.steps(); ++step) {
            for (Clustered& map : maps) mix(map);
            last = distillation.addGradients(*student, step, ofDense);
            if (step == 0) first = last;
            const double done = double(step) / double(distillation.steps());
            workbench.job->report(done, fmt::format("eDKM: step {} of {}, divergence {:.4f}", step + 1, distillation.steps(), last));
            for (size_t i = 0; i < maps.size(); ++i) sendBack(maps[i], ofDense.at(i), ofLatent.at(i));
            clipGradients(ofLatent, 1);
            adam.step(ofLatent, 1 - done);
            ofDense.clear();
        }
        notes.push_back(fmt::format("divergence of the soft mixtures {:.4f} in the first step, {:.4f} in the last", first, last));
    }

    static void mix(Clustered& map)
    {
        map.soft.clear();
        const std::span<float> dense = map.dense.fill<float>();
        size_t at = 0;
        for (size_t set = 0; set < map.palettes.size(); ++set) {
            SoftPaletteSettings settings;
            settings.temperature = map.temperatures[set];
            map.soft.emplace_back(map.weightsOf(int64_t(set)), map.palettes[set], settings);
            map.palettes[set] = map.soft.back().centroids();
            for (const float value : map.soft.back().soft()) dense[at++] = value;
        }
    }

    static void sendBack(const Clustered& map, std::span<const float> from, std::span<float> to)
    {
        size_t at = 0;
        for (const SoftPalette& palette : map.soft) {
            const size_t count = map.weightsOf(int64_t(&palette - map.soft.data())).size();
            const std::vector<float> gradient = palette.gradient(from.subspan(at, count));
            std::copy(gradient.begin(), gradient.end(), to.begin() + std::ptrdiff_t(at));
            at += count;
        }
    }

    static LinearWeightPtr snapped(const Clustered& map, int bits, const Backend& backend)
    {
        CodebookMatrix matrix;
        matrix.bits = bits;
        matrix.books = matrix.groupSize = 1;
        matrix.setRows = map.setRows;
        matrix.rows = map.rows;
        matrix.columns = map.columns;
        matrix.codebooks = Tensor::zeros(DType::F16, {map.sets(), 1, matrix.entries(), 1});
        matrix.codes = Tensor::zeros(DType::U8, {map.rows, matrix.rowBytes()});
        const std::span<uint16_t> books = matrix.codebooks.fill<uint16_t>();
        const std::span<uint8_t> packed = matrix.codes.fill<uint8_t>();
        const auto width = size_t(matrix.rowBytes()), columns = size_t(map.columns);
        for (size_t set = 0; set < map.palettes.size(); ++set) {
            std::vector<float> palette;
            for (const double value : map.palettes[set]) {
                const uint16_t half = floatToHalf(float(value));
                books[set * size_t(matrix.entries()) + palette.size()] = half;
                palette.push_back(halfToFloat(half));
                if (!std::isfinite(palette.back()))
                    fail(ErrorCode::Unsupported, "quantization.edkm: {}: a weight of {} does not fit 16 bits", map.id.text(), value);
            }
            const KMeans nearest = assignNearest(backend, map.weightsOf(int64_t(set)), std::move(palette), 1);
            for (size_t r = 0; r < nearest.codes.size() / columns; ++r)
                packCodes(std::span(nearest.codes).subspan(r * columns, columns), bits,
                          packed.subspan((set * size_t(map.setRows) + r) * width, width));
        }
        return std::make_shared<CodebookLinear>(std::move(matrix));
    }
};

} // namespace

std::unique_ptr<const Strategy> makeEdkm()
{
    return std::make_unique<Edkm>();
}

} // namespace paretoscope::quantization
