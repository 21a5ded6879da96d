// Choices over a level database against every choice there is.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/strategy/allocation.h"

#include <QTest>
#include <functional>

using namespace paretoscope;

namespace {

LevelDatabase randomDatabase(uint64_t seed, int layers, int levels, bool equalCosts)
{
    Random random(seed, "levels");
    LevelDatabase database;
    for (int l = 0; l < layers; ++l) {
        database.layers.push_back("layer " + std::to_string(l));
        std::vector<Level> row;
        int64_t bytes = 100;
        double error = 10 + 10 * random.uniform();
        for (int k = 0; k < levels; ++k) {
            row.push_back({bytes, error});
            bytes += equalCosts ? 50 : random.between(10, 90);
            error *= 0.2 + 0.6 * random.uniform();
        }
        database.levels.push_back(row);
    }
    return database;
}

void forEachChoice(const LevelDatabase& database, const std::function<void(const std::vector<int>&)>& visit)
{
    std::vector<int> levels(database.levels.size(), 0);
    for (;;) {
        visit(levels);
        size_t layer = 0;
        while (layer < levels.size() && ++levels[layer] == int(database.levels[layer].size())) levels[layer++] = 0;
        if (layer == levels.size()) return;
    }
}

double bruteForce(const LevelDatabase& database, int64_t budget)
{
    double best = 1e300;
    forEachChoice(database, [&](const std::vector<int>& levels) {
        const Allocation price = priceOf(database, levels);
        if (price.bytes <= budget) best = std::min(best, price.error);
    });
    return best;
}

} // namespace

class AllocationTest : public QObject {
    Q_OBJECT

private slots:
    void dynamicProgrammeFindsTheOptimum()
    {
        for (uint64_t seed = 0; seed < 20; ++seed) {
            const LevelDatabase database = randomDatabase(seed, 6, 4, seed % 2 == 0);
            for (const double level : {0.0, 0.7, 1.5, 2.2, 3.0}) {
                const int64_t budget = bytesAtLevel(database, level);
                const Allocation found = allocateByDynamicProgramme(database, budget);
                QVERIFY(found.bytes <= budget);
                QVERIFY(std::abs(found.error - bruteForce(database, budget)) < 1e-9);
            }
        }
    }

    void coarseStepsStillFit()
    {
        const LevelDatabase database = randomDatabase(5, 8, 4, false);
        const int64_t budget = bytesAtLevel(database, 1.5);
        const Allocation found = allocateByDynamicProgramme(database, budget, 16);
        QVERIFY(found.bytes <= budget);
        QVERIFY(found.error < priceOf(database, std::vector<int>(8, 0)).error);
    }

    // On a lower convex hull nothing is better for its bytes.
    void priceIsOptimalForWhatItSpends()
    {
        for (uint64_t seed = 0; seed < 20; ++seed) {
            const LevelDatabase database = randomDatabase(seed, 6, 4, true);
            const int64_t budget = bytesAtLevel(database, 1.4);
            const Allocation found = allocateByPrice(database, budget);
            QVERIFY(found.bytes <= budget);
            const double optimum = bruteForce(database, budget);
            QVERIFY(found.error >= optimum - 1e-9);
            QVERIFY(found.error <= 1.15 * optimum);
        }
    }

    void wholeLevelsCostWhatTheySay()
    {
        const LevelDatabase database = randomDatabase(1, 5, 4, false);
        for (int level = 0; level < 4; ++level)
            QCOMPARE(bytesAtLevel(database, level), priceOf(database, std::vector<int>(5, level)).bytes);
    }

    void evolutionFindsTheOptimumOfAToy()
    {
        const LevelDatabase database = randomDatabase(3, 6, 3, true);
        const int64_t budget = bytesAtLevel(database, 1);
        EvolutionSettings settings;
        settings.generations = 40;
        settings.offspring = 16;
        int worseBytes = 0;
        const EvolutionResult found =
            evolveAllocation(database, budget, settings, {std::vector<int>(6, 1)}, [&](const std::vector<int>& levels, int) {
                const Allocation price = priceOf(database, levels);
                worseBytes += price.bytes > budget;
                return price.error;
            });
        QCOMPARE(worseBytes, 0);
        QVERIFY(std::abs(found.best.error - bruteForce(database, budget)) < 1e-9);
        QCOMPARE(found.losses.size(), size_t(41));
        QVERIFY(std::is_sorted(found.losses.rbegin(), found.losses.rend()));
    }

    // The card's linear fitness: Σ a x with a known optimum.
    void evolutionConvergesOnALinearLoss()
    {
        constexpr int layers = 12;
        LevelDatabase database;
        for (int l = 0; l < layers; ++l) {
            database.layers.push_back(std::to_string(l));
            database.levels.push_back({{10, 2.0 * (l + 1)}, {20, 1.0 * (l + 1)}, {30, 0}});
        }
        EvolutionSettings settings;
        settings.generations = 60;
        const int64_t budget = 20 * layers;
        const auto loss = [&](const std::vector<int>& levels, int) { return priceOf(database, levels).error; };
        const EvolutionResult found = evolveAllocation(database, budget, settings, {}, loss);
        // The upper half of the layers has all, the lower half nothing: 2 (1 + ... + 6).
        QCOMPARE(found.best.error, 42.0);
        QCOMPARE(found.best.bytes, budget);
    }

    void laterStagesOverruleEarlierOnes()
    {
        const LevelDatabase database = randomDatabase(8, 6, 3, true);
        EvolutionSettings settings;
        settings.survivors = {24, 1};
        settings.generations = 30;
        int rough = 0, careful = 0;
        const EvolutionResult found = evolveAllocation(
            database, bytesAtLevel(database, 1), settings, {std::vector<int>(6, 1)},
            [&](const std::vector<int>& levels, int stage) {
                ++(stage == 0 ? rough : careful);
                return (stage == 0 ? 0.9 : 1.0) * priceOf(database, levels).error;
            });
        QVERIFY(rough > 0 && careful > 0);
        QVERIFY(std::abs(found.losses.back() - bruteForce(database, bytesAtLevel(database, 1))) < 1e-9);
    }

    void impossibleBudgetsAreRefused()
    {
        const LevelDatabase database = randomDatabase(1, 3, 3, true);
        for (const auto& allocate : {+[](const LevelDatabase& d) { return allocateByDynamicProgramme(d, 299); },
                                     +[](const LevelDatabase& d) { return allocateByPrice(d, 299); }}) {
            try {
                allocate(database);
                QFAIL("a budget below the smallest levels was accepted");
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::BadUsage);
                QVERIFY(QString(error.what()).contains("299"));
            }
        }
    }
};

QTEST_GUILESS_MAIN(AllocationTest)
#include "allocation_test.moc"
