#include "plugins/quantization/row_salience.h"

#include "core/base/random.h"
#include "core/inference/transformer.h"
#include "core/training/losses.h"
#include "core/training/trainable_model.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace paretoscope::quantization {

namespace {

// One trained matrix and what would change in it.
struct Watched {
    LinearId id;
    Tensor weight;             // F32, of the trainable copy
    std::vector<float> change; // [outputs, inputs]
};

std::vector<Watched> watchedMaps(const Model& model, const std::function<bool(const LinearId&)>& wanted,
                                 const Replacement& replacement)
{
    std::vector<Watched> all;
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (!wanted(id) || !linear.weight->trainable()) return;
        Watched row{id, *linear.weight->trainable(), replacement(id, *linear.weight)};
        const std::span<const float> before = row.weight.view<float>();
        for (size_t i = 0; i < row.change.size(); ++i) row.change[i] -= before[i];
        all.push_back(std::move(row));
    });
    return all;
}

void addSample(const std::vector<Watched>& maps, const Gradients& gradients, RowSalience& result)
{
    for (size_t m = 0; m < maps.size(); ++m) {
        const std::span<const float> gradient = gradients.at(m);
        const auto rows = size_t(maps[m].weight.extent(0)), columns = size_t(maps[m].weight.extent(1));
        std::vector<double>& sums = result.sums[maps[m].id];
        std::vector<double>& slopes = result.slopes[maps[m].id];
        sums.resize(rows);
        slopes.resize(rows);
        for (size_t r = 0; r < rows; ++r) {
            double a = 0;
            for (size_t c = r * columns; c < (r + 1) * columns; ++c)
                a += double(gradient[c]) * double(maps[m].change[c]);
            sums[r] += std::abs(a + 0.5 * a * a);
            slopes[r] += a;
        }
    }
}

} // namespace

RowSalience rowSalience(const Model& model, const std::vector<std::vector<int32_t>>& sequences,
                        const std::function<bool(const LinearId&)>& wanted, const Replacement& replacement,
                        Workbench& workbench, const std::string& title)
{
    const TrainableModel trainable(model);
    const std::vector<Watched> maps = watchedMaps(trainable.model(), wanted, replacement);
    std::vector<Tensor> tensors;
    for (const Watched& map : maps) tensors.push_back(map.weight);
    Gradients gradients(tensors);
    Scratch scratch;
    RowSalience result;
    for (size_t i = 0; i < sequences.size(); ++i) {
        workbench.job->report(0.4 * double(i) / double(sequences.size()),
                              fmt::format("{}: gradients of sample {} of {}", title, i + 1, sequences.size()));
        workbench.job->throwIfCancelled();
        gradients.clear();
        scratch.reset();
        TapeOperations tape(*workbench.backend, scratch, gradients);
        PassMemory memory;
        KvCache cache = makeCache(trainable.model());
        const std::span<const int32_t> tokens(sequences[i]);
        const std::vector<SequenceStep> steps{{tokens.first(tokens.size() - 1), 0, &cache, 0, {}}};
        const Value hidden = runTransformer(trainable.model(), tape, scratch, memory, steps);
        crossEntropy(tape, runOutputHead(trainable.model(), tape, hidden), tokens.subspan(1));
        tape.backward();
        addSample(maps, gradients, result);
    }
    return result;
}

std::map<LinearId, std::vector<bool>> chosenRows(const std::map<LinearId, std::vector<double>>& salience, double share,
                                                 RowChoice choice, uint64_t seed)
{
    struct Row {
        const LinearId* id;
        size_t row;
        double salience;
    };
    std::map<LinearId, std::vector<bool>> chosen;
    std::vector<Row> rows;
    Random random(seed, "rows of more bits");
    const auto choose = [&] {
        std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.salience > b.salience; });
        const auto count = size_t(std::lround(share * double(rows.size())));
        for (size_t i = 0; i < count; ++i) chosen[*rows[i].id][rows[i].row] = true;
        rows.clear();
    };
    for (const auto& [id, values] : salience) {
        chosen[id].resize(values.size());
        for (size_t r = 0; r < values.size(); ++r)
            rows.push_back({&id, r, choice == RowChoice::Random ? random.uniform() : values[r]});
        if (choice == RowChoice::PerMap) choose();
    }
    choose();
    return chosen;
}

} // namespace paretoscope::quantization
