// Which layer gets how many bytes: choices over a level database.
//
// A level database lists, for every layer, what it can be compressed to: bytes and error of each level.
// An allocation picks one level a layer within a budget of bytes. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace paretoscope {

struct Level {
    int64_t bytes = 0;
    double error = 0; // any measure that adds up over layers
};

struct LevelDatabase {
    std::vector<std::string> layers;        // names, for messages
    std::vector<std::vector<Level>> levels; // [layers], each by rising bytes
};

struct Allocation {
    std::vector<int> levels; // [layers]
    int64_t bytes = 0;
    double error = 0; // the sum over layers
};

// Bytes and error of a choice. Error(Internal) unless it has a level for every layer.
Allocation priceOf(const LevelDatabase& database, std::vector<int> levels);

// Error(BadUsage) when even the smallest levels exceed the budget.
void requireFits(const LevelDatabase& database, int64_t budget);

// The bytes of a level between two, for every layer: 2.5 is half-way from level 2 to level 3.
int64_t bytesAtLevel(const LevelDatabase& database, double level);

// The least total error within the budget. Exact when the layers' bytes, divided by their greatest
// common divisor, stay below `resolution` steps; else bytes are rounded up to so many, and the result
// still fits. Error(BadUsage) when even the smallest levels do not fit.
// Dynamic programme over layers and bytes, as SPDY (Frantar and Alistarh 2022, arXiv:2201.13096) uses it.
Allocation allocateByDynamicProgramme(const LevelDatabase& database, int64_t budget, int64_t resolution = 1 << 14);

// The same by one price for a byte that all layers pay (Lagrange multiplier): what lies on the layers'
// lower convex hulls, then what still fits, best gain a byte first. Close to the optimum, in a moment.
// Error(BadUsage) as above.
Allocation allocateByPrice(const LevelDatabase& database, int64_t budget);

// How the evolutionary search goes. A stage measures what the one before left over, more carefully.
struct EvolutionSettings {
    int generations = 30;
    int offspring = 32;
    std::vector<int> survivors{8, 2, 1}; // after each stage; the last must be 1
    int initial = 16;                    // random allocations to start from, beside `seeds`
    int mostSwitches = 3;                // level switches of one mutation
    uint64_t seed = 1;
};

// The loss of an allocation as stage `stage` measures it.
using MeasureAllocation = std::function<double(const std::vector<int>& levels, int stage)>;

struct EvolutionResult {
    Allocation best;
    std::vector<double> losses; // of the parent in the last stage, before and after every generation
};

// Elitist search by level switches: one layer a level up, another of the same costs a level down, so
// that the bytes never change. `seeds` are allocations of at most `budget` bytes to start from.
// `generationDone` is told how many are done; it may throw to cancel. Deterministic for a seed.
// Source: EvoPress (Sieberling et al. 2024, arXiv:2410.14649), algorithm 1.
EvolutionResult evolveAllocation(const LevelDatabase& database, int64_t budget, const EvolutionSettings& settings,
                                 const std::vector<std::vector<int>>& seeds, const MeasureAllocation& measure,
                                 const std::function<void(int)>& generationDone = {});

} // namespace paretoscope
