// A compression method: edits a pipeline.
#pragma once

#include "core/pipeline/pipeline.h"
#include "core/strategy/parameter.h"
#include "core/strategy/workbench.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

struct StrategyInfo {
    std::string id;      // "quantization.rtn": family.card-id with underscores
    std::string family;  // "quantization"
    std::string name;    // "Round-to-nearest"
    std::string summary; // what it does and what it trades, two or three sentences for the window
    std::string paper;   // authors, title, year, arXiv
    std::vector<std::string> needs; // "calibration", "gradients", "training"; empty = data-free
};

// Immutable, made once by its plugin; thread-safe. `apply` returns a new pipeline and leaves its
// argument as it was; the same settings and seed give the same bytes; it polls the workbench's job
// and throws Error with one sentence when it cannot work.
class Strategy {
public:
    virtual ~Strategy() = default;
    virtual const StrategyInfo& info() const = 0;
    virtual const std::vector<Parameter>& parameters() const = 0;
    // Whether the settings fit the pipeline, before any work: throws Error(BadUsage or
    // Unsupported). Called for every run of an experiment before the first starts.
    virtual void check(const Pipeline&, const Settings&) const {}
    virtual Pipeline apply(const Pipeline& pipeline, const Settings& settings,
                           Workbench& workbench) const = 0;
};

// All strategies that plugins have registered, ordered by id. Filled at start, then only read.
class StrategyRegistry {
public:
    static StrategyRegistry& instance();

    void add(std::unique_ptr<const Strategy> strategy); // Error(Internal) for an id twice
    std::span<const std::unique_ptr<const Strategy>> all() const { return strategies_; }
    const Strategy* find(const std::string& id) const;
    const Strategy& get(const std::string& id) const; // Error(BadUsage) with the nearest id

private:
    std::vector<std::unique_ptr<const Strategy>> strategies_;
};

} // namespace paretoscope
